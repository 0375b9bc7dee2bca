#include "city/shift.h"

#include "base/clock.h"
#include "gtest/gtest.h"
#include "testing/proto.h"

namespace wangge::city {
namespace {

using registry::v1::DutyShift;

// 2026-03-02 is a Monday.
absl::Time March(int day, int hour, int minute = 0) {
  return absl::FromCivil(absl::CivilMinute(2026, 3, day, hour, minute),
                         CityTimeZone());
}

// Monday and Tuesday, 08:00 to 16:00.
DutyShift ByDay() {
  return FromText<DutyShift>(
      "weekdays: [1, 2] start_minute: 480 end_minute: 960");
}

// Friday, 22:00 to 06:00 of the next day.
DutyShift ByNight() {
  return FromText<DutyShift>("weekdays: 5 start_minute: 1320 end_minute: 360");
}

TEST(ShiftTest, HoldsFromItsFirstMinuteToBeforeItsLast) {
  EXPECT_FALSE(IsOnShift(ByDay(), March(2, 7, 59)));
  EXPECT_TRUE(IsOnShift(ByDay(), March(2, 8)));
  EXPECT_TRUE(IsOnShift(ByDay(), March(3, 15, 59)));
  EXPECT_FALSE(IsOnShift(ByDay(), March(3, 16)));
  EXPECT_FALSE(IsOnShift(ByDay(), March(4, 12)));  // A Wednesday.
}

TEST(ShiftTest, APastMidnightPartBelongsToTheDayOfItsStart) {
  EXPECT_TRUE(IsOnShift(ByNight(), March(6, 23)));
  EXPECT_TRUE(IsOnShift(ByNight(), March(7, 5, 59)));
  EXPECT_FALSE(IsOnShift(ByNight(), March(7, 6)));
  EXPECT_FALSE(IsOnShift(ByNight(), March(7, 23)));
  EXPECT_FALSE(IsOnShift(ByNight(), March(6, 5)));
}

TEST(ShiftTest, HoldsWithinItsDatesOnly) {
  DutyShift shift = ByDay();
  shift.set_first_date("2026-03-03");
  shift.set_last_date("2026-03-09");
  EXPECT_FALSE(IsOnShift(shift, March(2, 12)));
  EXPECT_TRUE(IsOnShift(shift, March(3, 12)));
  EXPECT_TRUE(IsOnShift(shift, March(9, 12)));
  EXPECT_FALSE(IsOnShift(shift, March(10, 12)));
}

TEST(ShiftTest, SpansAreTheTimesAtWhichItHolds) {
  for (const DutyShift& shift : {ByDay(), ByNight()}) {
    const absl::Time from = March(2, 9);
    const absl::Time to = March(17, 3);
    const std::vector<Span> spans = SpansOf(shift, from, to);
    ASSERT_FALSE(spans.empty());
    for (absl::Time t = from; t < to; t += absl::Minutes(30)) {
      bool in_a_span = false;
      for (const Span& span : spans) {
        in_a_span = in_a_span || (t >= span.start && t < span.end);
      }
      EXPECT_EQ(in_a_span, IsOnShift(shift, t)) << FormatCity(t);
    }
  }
}

TEST(ShiftTest, SpansAreCutToTheTimeAskedFor) {
  const auto spans = SpansOf(ByDay(), March(2, 9), March(2, 10));
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].start, March(2, 9));
  EXPECT_EQ(spans[0].end, March(2, 10));
  // The night before reaches into it.
  const auto night = SpansOf(ByNight(), March(7, 1), March(7, 12));
  ASSERT_EQ(night.size(), 1U);
  EXPECT_EQ(night[0].start, March(7, 1));
  EXPECT_EQ(night[0].end, March(7, 6));
}

TEST(ShiftTest, GapsAreWhatNoSpanCovers) {
  const auto gaps = GapsIn({{March(2, 12), March(2, 14)},
                            {March(2, 8), March(2, 10)},
                            {March(2, 9), March(2, 11)}},
                           March(2, 7), March(2, 15));
  ASSERT_EQ(gaps.size(), 3U);
  EXPECT_EQ(gaps[0].start, March(2, 7));
  EXPECT_EQ(gaps[0].end, March(2, 8));
  EXPECT_EQ(gaps[1].start, March(2, 11));
  EXPECT_EQ(gaps[1].end, March(2, 12));
  EXPECT_EQ(gaps[2].start, March(2, 14));
  EXPECT_EQ(gaps[2].end, March(2, 15));
  EXPECT_TRUE(
      GapsIn({{March(2, 7), March(2, 15)}}, March(2, 7), March(2, 15)).empty());
}

}  // namespace
}  // namespace wangge::city
