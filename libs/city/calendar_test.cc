#include "city/calendar.h"

#include "base/clock.h"
#include "gtest/gtest.h"

namespace wangge::city {
namespace {

absl::Time At(const std::string& text) {
  absl::Time time;
  std::string error;
  EXPECT_TRUE(
      absl::ParseTime("%Y-%m-%d %H:%M", text, CityTimeZone(), &time, &error))
      << error;
  return time;
}

TEST(CalendarTest, WorkingTimeSkipsNightsWeekendsAndHolidays) {
  Calendar calendar;
  absl::CivilDay day;
  ASSERT_TRUE(ParseDay("2026-10-01", &day));
  calendar.SetDay(day, false);  // A Thursday, national holiday.
  ASSERT_TRUE(ParseDay("2026-10-03", &day));
  calendar.SetDay(day, true);  // A Saturday, shifted working day.
  const struct {
    const char* start;
    int64_t minutes;
    const char* end;
  } rows[] = {
      {"2026-11-23 10:00", 60, "2026-11-23 11:00"},   // Within a Monday.
      {"2026-11-23 16:30", 60, "2026-11-24 09:30"},   // Over a night.
      {"2026-11-27 16:30", 60, "2026-11-30 09:30"},   // Over a weekend.
      {"2026-11-28 12:00", 60, "2026-11-30 10:00"},   // From a Saturday.
      {"2026-11-23 05:00", 480, "2026-11-23 17:00"},  // A whole day, exactly.
      {"2026-09-30 16:00", 120, "2026-10-02 10:00"},  // Over a holiday.
      {"2026-10-02 16:00", 120, "2026-10-03 10:00"},  // Into a shifted day.
      {"2026-11-23 10:00", 0, "2026-11-23 10:00"},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(
        FormatCity(calendar.AddWorkingMinutes(At(row.start), row.minutes)),
        FormatCity(At(row.end)))
        << row.start << " + " << row.minutes;
    EXPECT_EQ(calendar.WorkingMinutesBetween(At(row.start), At(row.end)),
              row.minutes);
  }
  EXPECT_EQ(calendar.WorkingMinutesBetween(At("2026-11-23 11:00"),
                                           At("2026-11-23 10:00")),
            0);
}

TEST(CalendarTest, MoreWorkNeverEndsEarlier) {
  const Calendar calendar;
  absl::Time previous = absl::InfinitePast();
  for (int minutes = 0; minutes < 5000; minutes += 7) {
    const absl::Time end =
        calendar.AddWorkingMinutes(At("2026-11-25 15:13"), minutes);
    EXPECT_GE(end, previous);
    previous = end;
  }
}

}  // namespace
}  // namespace wangge::city
