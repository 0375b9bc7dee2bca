#include "services/command/domain/pace.h"

#include "gtest/gtest.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kStatement = absl::Milliseconds(10);

TEST(PaceTest, WhereLittleWaitsTheDatabaseIsMostlyOthers) {
  EXPECT_EQ(RestAfter(kStatement, absl::ZeroDuration(), 1), 6 * kStatement);
  EXPECT_EQ(RestAfter(absl::Seconds(1), absl::ZeroDuration(), 1),
            absl::Milliseconds(100));
}

TEST(PaceTest, WhatWaitsIsSpreadOverTheTimeThatIsLeft) {
  // A hundred statements in two seconds: one every twenty milliseconds.
  EXPECT_EQ(RestAfter(kStatement, absl::Seconds(1), 100),
            absl::Milliseconds(10));
}

TEST(PaceTest, WhoIsLateDoesNotRest) {
  EXPECT_EQ(RestAfter(kStatement, absl::Seconds(1), 1000),
            absl::ZeroDuration());
  EXPECT_EQ(RestAfter(kStatement, absl::Seconds(4), 1), absl::ZeroDuration());
}

// A clock that was set back makes the wait negative, or a statement.
TEST(PaceTest, AClockThatIsSetMakesNobodyRestLong) {
  EXPECT_EQ(RestAfter(kStatement, -absl::Hours(1), 1), 6 * kStatement);
  EXPECT_EQ(RestAfter(-absl::Hours(1), absl::ZeroDuration(), 1),
            absl::ZeroDuration());
}

}  // namespace
}  // namespace wangge::command
