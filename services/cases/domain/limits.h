// Limits and timers as pure functions of the case and the calendar. Timers only
// wake the engine: a late or doubled one changes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/clock.h"
#include "city/city.h"
#include "services/cases/domain/apply.h"

namespace wangge::cases {

inline constexpr int64_t kWorkingDayMinutes = 8 * 60;
// To file and dispatch what was received, in real time.
inline constexpr absl::Duration kFileLimit = absl::Seconds(60);

// `minutes` after `start`: real time for safety matters, else working time.
absl::Time LimitEnd(const city::City& city, common::v1::Urgency urgency,
                    absl::Time start, int64_t minutes);
// The minutes between two moments, as LimitEnd counts them; begun ones count.
int64_t MinutesBetween(const city::City& city, common::v1::Urgency urgency,
                       absl::Time start, absl::Time end);
// When a consultation must be decided: one working day, 2 h for safety.
absl::Time ConsultationDue(const city::City& city, common::v1::Urgency urgency,
                           absl::Time start);

// Writes the end of a limit of `minutes` and the moment when 80 % of it is
// used into an event's due_time and warn_time.
template <typename Body>
void SetLimit(const city::City& city, common::v1::Urgency urgency,
              absl::Time start, int64_t minutes, Body* body) {
  constexpr int64_t kWarnPercent = 80;
  *body->mutable_due_time() = ToProto(LimitEnd(city, urgency, start, minutes));
  *body->mutable_warn_time() =
      ToProto(LimitEnd(city, urgency, start, minutes * kWarnPercent / 100));
}
// When an offered assignment must be accepted: 10 min safety, 30 min urgent,
// both in real time; 4 working hours else.
absl::Time AcceptDue(const city::City& city, common::v1::Urgency urgency,
                     absl::Time start);

// What a timer is for, and so what firing it does.
enum class TimerKind {
  kFile,          // Reminds of filing.
  kVerify,        // Reminds of the look at the spot.
  kAccept,        // Reminds of accepting.
  kHandle,        // 80 % of the limit: urges.
  kOverdue,       // 100 % of the limit: supervises.
  kCheck,         // Reminds of checking.
  kReturn,        // Reminds of deciding a return.
  kApproval,      // An approval lapses.
  kReview,        // A suspension ends.
  kReply,         // A supervision goes one level up.
  kConsultation,  // Silence accepts; the consultation goes one level up.
};

// A timer that runs.
struct Timer {
  TimerKind kind;
  std::string name;  // Kind and due time, so that a moved one fires again.
  absl::Time due;
  int number = 0;  // Of the assignment, approval or supervision it is for.
};

// accept, handle …: what events call the kind.
std::string TimerName(TimerKind kind);

// The timers that run and have not fired.
std::vector<Timer> RunningTimers(const Case& c);
// When the engine must look at the case again.
std::optional<absl::Time> NextTimer(const Case& c);

// The light of the case's limit.
common::v1::Light LightOf(const Case& c, absl::Time now);
// The same as far as the timers have found: what lists and statistics know
// without a clock.
common::v1::Light FoundLight(const Case& c);

}  // namespace wangge::cases
