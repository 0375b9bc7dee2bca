#include "city/calendar.h"

#include <algorithm>

#include "base/clock.h"

namespace wangge::city {

bool Calendar::IsWorkingDay(absl::CivilDay day) const {
  const auto found = days_.find(day);
  if (found != days_.end()) return found->second;
  const absl::Weekday weekday = absl::GetWeekday(day);
  return weekday != absl::Weekday::saturday && weekday != absl::Weekday::sunday;
}

absl::Time Calendar::AddWorkingMinutes(absl::Time start,
                                       int64_t minutes) const {
  const absl::TimeZone zone = CityTimeZone();
  absl::CivilDay day = absl::ToCivilDay(start, zone);
  absl::Duration rest = absl::Minutes(minutes);
  for (int i = 0; i < 3660; ++i, ++day) {
    if (!IsWorkingDay(day)) continue;
    const absl::Time midnight = absl::FromCivil(day, zone);
    const absl::Time from =
        std::max(start, midnight + absl::Minutes(kStartMinute));
    const absl::Time to = midnight + absl::Minutes(kEndMinute);
    if (from >= to) continue;
    if (from + rest <= to) return from + rest;
    rest -= to - from;
  }
  return absl::InfiniteFuture();
}

int64_t Calendar::WorkingMinutesBetween(absl::Time start,
                                        absl::Time end) const {
  const absl::TimeZone zone = CityTimeZone();
  absl::Duration passed;
  for (absl::CivilDay day = absl::ToCivilDay(start, zone);
       absl::FromCivil(day, zone) < end; ++day) {
    if (!IsWorkingDay(day)) continue;
    const absl::Time midnight = absl::FromCivil(day, zone);
    const absl::Time from =
        std::max(start, midnight + absl::Minutes(kStartMinute));
    const absl::Time to = std::min(end, midnight + absl::Minutes(kEndMinute));
    if (from < to) passed += to - from;
  }
  return absl::ToInt64Minutes(absl::Ceil(passed, absl::Minutes(1)));
}

bool ParseDay(const std::string& text, absl::CivilDay* day) {
  return absl::ParseCivilTime(text, day);
}

}  // namespace wangge::city
