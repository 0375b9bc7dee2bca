#include "services/cases/domain/limits.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace wangge::cases {
namespace {

constexpr int64_t kAcceptSafetyMinutes = 10;
constexpr int64_t kAcceptUrgentMinutes = 30;
constexpr int64_t kAcceptOrdinaryMinutes = 4 * 60;
constexpr int64_t kConsultSafetyMinutes = 2 * 60;

bool LimitRuns(CaseState state) {
  return state == v1::CASE_STATE_FILED || state == v1::CASE_STATE_DISPATCHED ||
         state == v1::CASE_STATE_IN_PROGRESS ||
         state == v1::CASE_STATE_CONSULTING;
}

std::string NameOf(TimerKind kind, const google::protobuf::Timestamp& due,
                   int number) {
  return absl::StrCat(TimerName(kind), "/", due.seconds(), "/", number);
}

bool HasFired(const Case& c, const std::string& name) {
  const auto& fired = c.timers_fired();
  return std::find(fired.begin(), fired.end(), name) != fired.end();
}

bool HasLight(const Case& c) { return IsOpen(c.state()) && c.has_due_time(); }

}  // namespace

absl::Time LimitEnd(const city::City& city, common::v1::Urgency urgency,
                    absl::Time start, int64_t minutes) {
  if (urgency == common::v1::URGENCY_SAFETY) {
    return start + absl::Minutes(minutes);
  }
  return city.calendar().AddWorkingMinutes(start, minutes);
}

int64_t MinutesBetween(const city::City& city, common::v1::Urgency urgency,
                       absl::Time start, absl::Time end) {
  if (urgency == common::v1::URGENCY_SAFETY) {
    return absl::ToInt64Minutes(absl::Ceil(end - start, absl::Minutes(1)));
  }
  return city.calendar().WorkingMinutesBetween(start, end);
}

absl::Time ConsultationDue(const city::City& city, common::v1::Urgency urgency,
                           absl::Time start) {
  return LimitEnd(city, urgency, start,
                  urgency == common::v1::URGENCY_SAFETY ? kConsultSafetyMinutes
                                                        : kWorkingDayMinutes);
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

std::string TimerName(TimerKind kind) {
  switch (kind) {
    case TimerKind::kFile:
      return "file";
    case TimerKind::kVerify:
      return "verify";
    case TimerKind::kAccept:
      return "accept";
    case TimerKind::kHandle:
      return "handle";
    case TimerKind::kOverdue:
      return "overdue";
    case TimerKind::kCheck:
      return "check";
    case TimerKind::kReturn:
      return "return";
    case TimerKind::kApproval:
      return "approval";
    case TimerKind::kReview:
      return "review";
    case TimerKind::kReply:
      return "reply";
    case TimerKind::kConsultation:
      return "adjudication";
  }
  return "";
}

std::vector<Timer> RunningTimers(const Case& c) {
  std::vector<Timer> timers;
  if (!IsOpen(c.state())) return timers;
  const auto add = [&](TimerKind kind, const google::protobuf::Timestamp& due,
                       int number = 0) {
    std::string name = NameOf(kind, due, number);
    if (!HasFired(c, name)) {
      timers.push_back({kind, std::move(name), FromProto(due), number});
    }
  };
  if (c.state() == v1::CASE_STATE_RECEIVED && c.has_file_due_time()) {
    add(TimerKind::kFile, c.file_due_time());
  }
  if (c.has_verification()) {
    add(TimerKind::kVerify, c.verification().due_time());
  }
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.state() == v1::ASSIGNMENT_STATE_OFFERED) {
      add(TimerKind::kAccept, assignment.accept_due_time(),
          assignment.assignment_number());
    }
  }
  if (LimitRuns(c.state()) && c.has_due_time()) {
    add(TimerKind::kHandle, c.warn_time());
    add(TimerKind::kOverdue, c.due_time());
  }
  if (c.state() == v1::CASE_STATE_HANDLED && c.has_check_due_time()) {
    add(TimerKind::kCheck, c.check_due_time());
  }
  if (const v1::Approval* pending = PendingApproval(c)) {
    add(pending->kind() == v1::APPROVAL_KIND_RETURN ? TimerKind::kReturn
                                                    : TimerKind::kApproval,
        pending->decide_due_time(), pending->approval_number());
  }
  if (c.has_suspension()) {
    add(TimerKind::kReview, c.suspension().review_time());
  }
  for (const v1::Supervision& supervision : c.supervisions()) {
    if (IsOwed(supervision)) {
      add(TimerKind::kReply, supervision.reply_due_time(),
          supervision.supervision_number());
    }
  }
  if (c.has_consultation()) {
    add(TimerKind::kConsultation, c.consultation().due_time());
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
  if (!HasLight(c)) return common::v1::LIGHT_UNSPECIFIED;
  // A suspension keeps the light that it found.
  const absl::Time at =
      c.has_suspension() ? FromProto(c.suspension().start_time()) : now;
  if (at > FromProto(c.due_time())) return common::v1::LIGHT_RED;
  return at > FromProto(c.warn_time()) ? common::v1::LIGHT_YELLOW
                                       : common::v1::LIGHT_GREEN;
}

common::v1::Light FoundLight(const Case& c) {
  if (!HasLight(c)) return common::v1::LIGHT_UNSPECIFIED;
  if (HasFired(c, NameOf(TimerKind::kOverdue, c.due_time(), 0))) {
    return common::v1::LIGHT_RED;
  }
  return HasFired(c, NameOf(TimerKind::kHandle, c.warn_time(), 0))
             ? common::v1::LIGHT_YELLOW
             : common::v1::LIGHT_GREEN;
}

}  // namespace wangge::cases
