#include "services/cases/domain/mask.h"

#include "gtest/gtest.h"

namespace wangge::cases {
namespace {

TEST(MaskTest, NamesAndNumbersAreHidden) {
  struct Row {
    const char* plain;
    const char* masked;
  };
  for (const Row& row : {Row{"", ""}, Row{"欧", "*"}, Row{"王明", "王*"},
                         Row{"王小明", "王**"}, Row{"Li Lei", "L*****"}}) {
    EXPECT_EQ(MaskName(row.plain), row.masked);
  }
  for (const Row& row :
       {Row{"", ""}, Row{"110", "***"}, Row{"12345", "***45"},
        Row{"61234567", "612*4567"}, Row{"13812345678", "138****5678"},
        Row{"0371-66666666", "037******6666"}}) {
    EXPECT_EQ(MaskPhone(row.plain), row.masked);
  }
}

}  // namespace
}  // namespace wangge::cases
