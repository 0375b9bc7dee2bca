// Working time: Monday to Friday 09:00 to 17:00 in Asia/Shanghai, changed day
// by day by the city's calendar (holidays, shifted working days). Pure
// functions.
#pragma once

#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace wangge::city {

class Calendar {
 public:
  static constexpr int kStartMinute = 9 * 60;
  static constexpr int kEndMinute = 17 * 60;

  // Marks a day as working or not, whatever its weekday.
  void SetDay(absl::CivilDay day, bool working) { days_[day] = working; }

  bool IsWorkingDay(absl::CivilDay day) const;

  // The moment when `minutes` of working time have passed since `start`. Days
  // without an end are not possible: after ten years without a working day it
  // gives up and returns InfiniteFuture.
  absl::Time AddWorkingMinutes(absl::Time start, int64_t minutes) const;
  // Working minutes from `start` to `end`, begun ones included; 0 when `end` is
  // not later. The inverse of AddWorkingMinutes.
  int64_t WorkingMinutesBetween(absl::Time start, absl::Time end) const;

 private:
  absl::flat_hash_map<absl::CivilDay, bool> days_;
};

// The day of `YYYY-MM-DD`; false when it is no such day.
bool ParseDay(const std::string& text, absl::CivilDay* day);

}  // namespace wangge::city
