#include "city/shift.h"

#include <algorithm>

#include "base/clock.h"
#include "city/calendar.h"

namespace wangge::city {
namespace {

using registry::v1::DutyShift;

int MinuteOfDay(absl::Time time) {
  const auto civil = absl::ToCivilMinute(time, CityTimeZone());
  return civil.hour() * 60 + civil.minute();
}

// 1 = Monday.
int WeekdayNumber(absl::CivilDay day) {
  return static_cast<int>(absl::GetWeekday(day)) + 1;
}

bool WithinDates(const DutyShift& shift, absl::CivilDay day) {
  absl::CivilDay bound;
  if (ParseDay(shift.first_date(), &bound) && day < bound) return false;
  return !(ParseDay(shift.last_date(), &bound) && day > bound);
}

bool StartsOn(const DutyShift& shift, absl::CivilDay day) {
  const auto& days = shift.weekdays();
  return WithinDates(shift, day) &&
         std::find(days.begin(), days.end(), WeekdayNumber(day)) != days.end();
}

}  // namespace

bool IsOnShift(const DutyShift& shift, absl::Time time) {
  const absl::CivilDay day = absl::ToCivilDay(time, CityTimeZone());
  const int minute = MinuteOfDay(time);
  const bool overnight = shift.end_minute() <= shift.start_minute();
  if (!overnight) {
    return StartsOn(shift, day) && minute >= shift.start_minute() &&
           minute < shift.end_minute();
  }
  return (StartsOn(shift, day) && minute >= shift.start_minute()) ||
         (StartsOn(shift, day - 1) && minute < shift.end_minute());
}

}  // namespace wangge::city
