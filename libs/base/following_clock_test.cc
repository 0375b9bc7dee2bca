#include "base/following_clock.h"

#include <utility>

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge {
namespace {

class FollowingClockTest : public ::testing::Test {
 protected:
  // Real time passes for all three.
  void Pass(absl::Duration by) {
    shared_ += by;
    machine_ += by;
    uptime_ += by;
  }

  const absl::Time start_ = absl::FromUnixSeconds(1'800'000'000);
  absl::Time shared_ = start_;
  absl::Time machine_ = start_ + absl::Milliseconds(300);
  absl::Duration uptime_ = absl::Hours(5);
  absl::Duration connecting_;  // Before the next answer.
  absl::Status reachable_;
  FollowingClock clock_{{[this]() -> absl::StatusOr<absl::Time> {
                           if (!reachable_.ok()) return reachable_;
                           Pass(std::exchange(connecting_, {}));
                           return shared_;
                         },
                         [this] { return machine_; },
                         [this] { return uptime_; }}};
};

TEST_F(FollowingClockTest, FollowsTheSharedClock) {
  EXPECT_EQ(clock_.Now(), machine_);
  ASSERT_OK(clock_.Sync());
  EXPECT_EQ(clock_.Now(), shared_);
  Pass(absl::Minutes(3));
  EXPECT_EQ(clock_.Now(), shared_);
  shared_ += absl::Milliseconds(40);  // Drifts.
  ASSERT_OK(clock_.Sync());
  EXPECT_EQ(clock_.Now(), shared_);
}

TEST_F(FollowingClockTest, AMachineThatIsSetChangesNothing) {
  ASSERT_OK(clock_.Sync());
  for (const absl::Duration jump : {absl::Hours(9), -absl::Hours(20)}) {
    machine_ += jump;
    EXPECT_EQ(clock_.Now(), shared_);
    Pass(absl::Seconds(10));
    ASSERT_OK(clock_.Sync());
    EXPECT_EQ(clock_.Now(), shared_);
  }
}

TEST_F(FollowingClockTest, ASharedClockThatJumpsAloneIsNotFollowed) {
  ASSERT_OK(clock_.Sync());
  shared_ += absl::Hours(1);
  EXPECT_TRUE(absl::IsFailedPrecondition(clock_.Sync()));
  Pass(absl::Seconds(10));
  EXPECT_EQ(clock_.Now(), start_ + absl::Seconds(10));
  shared_ -= absl::Hours(1);  // Mended.
  ASSERT_OK(clock_.Sync());
  EXPECT_EQ(clock_.Now(), shared_);
}

TEST_F(FollowingClockTest, AnAnswerThatTookLongDoesNotMislead) {
  connecting_ = absl::Milliseconds(700);
  ASSERT_OK(clock_.Sync());
  EXPECT_EQ(clock_.Now(), shared_);
}

TEST_F(FollowingClockTest, BothTogetherAreFollowed) {
  ASSERT_OK(clock_.Sync());
  shared_ += absl::Hours(1);
  machine_ += absl::Hours(1);
  ASSERT_OK(clock_.Sync());
  EXPECT_EQ(clock_.Now(), start_ + absl::Hours(1));
}

TEST_F(FollowingClockTest, GoesOnWithoutTheSharedClock) {
  ASSERT_OK(clock_.Sync());
  reachable_ = absl::UnavailableError("down");
  Pass(absl::Minutes(1));
  EXPECT_TRUE(absl::IsUnavailable(clock_.Sync()));
  EXPECT_EQ(clock_.Now(), shared_);
}

}  // namespace
}  // namespace wangge
