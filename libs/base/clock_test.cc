#include "base/clock.h"

#include "gtest/gtest.h"

namespace wangge {
namespace {

const absl::Time kTime = absl::FromUnixMicros(1'767'225'600'123'456);

TEST(ClockTest, ProtosKeepMicroseconds) {
  const auto proto = ToProto(kTime + absl::Nanoseconds(789));
  EXPECT_EQ(proto.seconds(), 1'767'225'600);
  EXPECT_EQ(proto.nanos(), 123'456'000);
  EXPECT_EQ(FromProto(proto), kTime);
}

TEST(ClockTest, NanosAreNeverNegative) {
  const auto proto = ToProto(absl::FromUnixMicros(-1));
  EXPECT_EQ(proto.seconds(), -1);
  EXPECT_EQ(proto.nanos(), 999'999'000);
  EXPECT_EQ(FromProto(proto), absl::FromUnixMicros(-1));
}

TEST(ClockTest, TextIsInUtcForMachinesAndInTheCitysZoneForPeople) {
  EXPECT_EQ(FormatUtc(kTime), "2026-01-01T00:00:00.123456Z");
  EXPECT_EQ(FormatCity(kTime), "2026-01-01 08:00:00");
}

TEST(ClockTest, AFakeClockMovesOnlyWhenItIsMoved) {
  FakeClock clock(kTime);
  EXPECT_EQ(clock.Now(), kTime);
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), kTime + absl::Seconds(5));
}

}  // namespace
}  // namespace wangge
