#include "base/shared_vector.h"

#include "gtest/gtest.h"

namespace wangge {
namespace {

TEST(SharedVectorTest, AChangedCopyLeavesTheOriginalAndSharesTheRest) {
  SharedVector<int> original;
  for (size_t i = 0; i < 1000; ++i) {
    original.Grow();
    original.Edit(i) = static_cast<int>(i);
  }
  SharedVector<int> copy = original;
  copy.Edit(500) = -1;
  copy.Grow();
  EXPECT_EQ(original.size(), 1000U);
  EXPECT_EQ(copy.size(), 1001U);
  EXPECT_EQ(copy[1000], 0);
  EXPECT_EQ(original[500], 500);
  EXPECT_EQ(copy[500], -1);
  // Only the block of the changed element was copied.
  EXPECT_EQ(&original[0], &copy[0]);
  EXPECT_NE(&original[501], &copy[501]);
}

}  // namespace
}  // namespace wangge
