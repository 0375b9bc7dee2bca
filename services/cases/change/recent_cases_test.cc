#include "services/cases/change/recent_cases.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace wangge::cases {
namespace {

v1::Case CaseOf(int number, int64_t version) {
  v1::Case c;
  c.set_case_no(absl::StrCat(number));
  c.set_version(version);
  return c;
}

TEST(RecentCasesTest, FindsWhatWasPutLast) {
  RecentCases recent(10);
  EXPECT_FALSE(recent.Find("1"));
  recent.Put(CaseOf(1, 1));
  recent.Put(CaseOf(1, 2));
  EXPECT_EQ(recent.Find("1")->version(), 2);
}

TEST(RecentCasesTest, KeepsWhatIsUsedAndNotMoreThanItMay) {
  constexpr int kMost = 10;
  RecentCases recent(kMost);
  recent.Put(CaseOf(0, 7));
  for (int i = 1; i < 1000; ++i) {
    recent.Put(CaseOf(i, 1));
    ASSERT_TRUE(recent.Find("0")) << i;
  }
  EXPECT_EQ(recent.Find("0")->version(), 7);
  int kept = 0;
  for (int i = 0; i < 1000; ++i) kept += recent.Find(absl::StrCat(i)) ? 1 : 0;
  EXPECT_GE(kept, kMost / 2);
  EXPECT_LE(kept, kMost);
}

}  // namespace
}  // namespace wangge::cases
