#include "text/normal_text.h"

#include "gtest/gtest.h"

namespace wangge::text {
namespace {

TEST(NormalTextTest, OneFormForWidthCaseBlanksAndTraditionalCharacters) {
  EXPECT_EQ(NormalText(" Ａ座　12 号 ").bytes(), "a座12号");
  EXPECT_EQ(NormalText("暖氣不熱，熱力管道漏水").bytes(),
            NormalText("暖气不热，热力管道漏水").bytes());
  EXPECT_EQ(NormalText("花園路１２６號").bytes(), "花园路126号");
}

TEST(NormalTextTest, PositionsAreCharacters) {
  const NormalText text("花园 路");
  ASSERT_EQ(text.characters().size(), 3U);
  EXPECT_EQ(text.characters()[2], U'路');
  EXPECT_TRUE(NormalText("").characters().empty());
}

}  // namespace
}  // namespace wangge::text
