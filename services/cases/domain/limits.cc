#include "services/cases/domain/limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"

namespace wangge::cases {
namespace {

constexpr int64_t kAcceptSafetyMinutes = 10;
constexpr int64_t kAcceptUrgentMinutes = 30;
constexpr int64_t kAcceptOrdinaryMinutes = 4 * 60;

bool LimitRuns(CaseState state) {
  return state == v1::CASE_STATE_FILED || state == v1::CASE_STATE_DISPATCHED ||
         state == v1::CASE_STATE_IN_PROGRESS ||
         state == v1::CASE_STATE_CONSULTING;
}

}  // namespace

absl::Time LimitEnd(const city::City& city, common::v1::Urgency urgency,
                    absl::Time start, int64_t minutes) {
  if (urgency == common::v1::URGENCY_SAFETY) {
    return start + absl::Minutes(minutes);
  }
  return city.calendar().AddWorkingMinutes(start, minutes);
}

absl::Time AcceptDue(const city::City& city, common::v1::Urgency urgency,
                     absl::Time start) {
  switch (urgency) {
    case common::v1::URGENCY_SAFETY:
      return start + absl::Minutes(kAcceptSafetyMinutes);
    case common::v1::URGENCY_URGENT:
      return start + absl::Minutes(kAcceptUrgentMinutes);
    default:
      return city.calendar().AddWorkingMinutes(start, kAcceptOrdinaryMinutes);
  }
}

std::vector<Timer> RunningTimers(const Case& c) {
  std::vector<Timer> timers;
  const auto add = [&](const std::string& kind, int64_t instance,
                       const google::protobuf::Timestamp& due) {
    std::string name = absl::StrCat(kind, "/", instance);
    const auto& sent = c.reminders_sent();
    if (std::find(sent.begin(), sent.end(), name) == sent.end()) {
      timers.push_back({std::move(name), kind, FromProto(due)});
    }
  };
  if (!IsOpen(c.state())) return timers;
  if (c.state() == v1::CASE_STATE_RECEIVED && c.has_file_due_time()) {
    add("file", c.round(), c.file_due_time());
  }
  if (c.has_verification()) {
    add("verify", c.round(), c.verification().due_time());
  }
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.state() == v1::ASSIGNMENT_STATE_OFFERED) {
      add("accept", assignment.assignment_number(),
          assignment.accept_due_time());
    }
  }
  if (LimitRuns(c.state()) && c.has_due_time()) {
    add("handle", c.round(), c.warn_time());
    add("overdue", c.round(), c.due_time());
  }
  if (c.state() == v1::CASE_STATE_HANDLED && c.has_check_due_time()) {
    add("check", c.rework_count(), c.check_due_time());
  }
  if (c.has_return_request()) {
    add("return", c.return_count(), c.return_request().decide_due_time());
  }
  if (c.has_consultation()) {
    add("consultation", c.round(), c.consultation().due_time());
  }
  return timers;
}

std::optional<absl::Time> NextTimer(const Case& c) {
  std::optional<absl::Time> next;
  for (const Timer& timer : RunningTimers(c)) {
    if (!next || timer.due < *next) next = timer.due;
  }
  return next;
}

common::v1::Light LightOf(const Case& c, absl::Time now) {
  if (!IsOpen(c.state()) || !c.has_due_time()) {
    return common::v1::LIGHT_UNSPECIFIED;
  }
  if (now > FromProto(c.due_time())) return common::v1::LIGHT_RED;
  return now > FromProto(c.warn_time()) ? common::v1::LIGHT_YELLOW
                                        : common::v1::LIGHT_GREEN;
}

}  // namespace wangge::cases
