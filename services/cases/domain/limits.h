// Limits and timers as pure functions of the case and the calendar. Timers only
// wake the engine: a late or doubled one changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "city/city.h"
#include "services/cases/domain/apply.h"

namespace wangge::cases {

// `minutes` after `start`: real time for safety matters, else working time.
absl::Time LimitEnd(const city::City& city, common::v1::Urgency urgency,
                    absl::Time start, int64_t minutes);
// When an offered assignment must be accepted: 10 min safety, 30 min urgent,
// both in real time; 4 working hours else.
absl::Time AcceptDue(const city::City& city, common::v1::Urgency urgency,
                     absl::Time start);

// A timer that runs.
struct Timer {
  std::string name;  // Unique within the case: `handle/1`.
  std::string kind;  // accept, handle, overdue, check, file, verify,
                     // return, consultation.
  absl::Time due;
};

// The timers that run and have not fired.
std::vector<Timer> RunningTimers(const Case& c);
// When the engine must look at the case again.
std::optional<absl::Time> NextTimer(const Case& c);

// The light of the case's limit.
common::v1::Light LightOf(const Case& c, absl::Time now);

}  // namespace wangge::cases
