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

std::vector<Span> SpansOf(const DutyShift& shift, absl::Time from,
                          absl::Time to) {
  std::vector<Span> spans;
  const absl::TimeZone zone = CityTimeZone();
  const bool overnight = shift.end_minute() <= shift.start_minute();
  const auto at = [&](absl::CivilDay day, int minute) {
    return absl::FromCivil(absl::CivilMinute(day) + minute, zone);
  };
  // A shift of the day before may run past midnight.
  for (absl::CivilDay day = absl::ToCivilDay(from, zone) - 1;
       day <= absl::ToCivilDay(to, zone); ++day) {
    if (!StartsOn(shift, day)) continue;
    const Span span{
        std::max(from, at(day, shift.start_minute())),
        std::min(to, at(overnight ? day + 1 : day, shift.end_minute()))};
    if (span.start < span.end) spans.push_back(span);
  }
  return spans;
}

std::vector<Span> GapsIn(std::vector<Span> spans, absl::Time from,
                         absl::Time to) {
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.start < b.start; });
  std::vector<Span> holes;
  absl::Time covered = from;
  for (const Span& span : spans) {
    if (span.start > covered) holes.push_back({covered, span.start});
    covered = std::max(covered, span.end);
  }
  if (covered < to) holes.push_back({covered, to});
  return holes;
}

}  // namespace wangge::city
