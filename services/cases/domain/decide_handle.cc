// From the acceptance to the end: #8, #14 to #21.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kCheckLimit = absl::Hours(24);
constexpr absl::Duration kUrgePause = absl::Minutes(10);
constexpr int kFollowUpAttempts = 3;
constexpr int kSupervisedRework = 3;

// The live assignment of the actor: by name first, then by unit.
const Assignment* OwnAssignment(const Case& c, const Context& context,
                                v1::AssignmentState state) {
  const city::Officer* officer = context.actor.officer;
  if (officer == nullptr) return nullptr;
  const Assignment* of_unit = nullptr;
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.state() != state) continue;
    if (assignment.officer_id() == officer->officer_id()) return &assignment;
    if (assignment.unit_id() == officer->unit_id()) of_unit = &assignment;
  }
  return of_unit;
}

}  // namespace

absl::StatusOr<Events> Decide(const Case& c, const v1::AcceptAssignmentRequest&,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Accept"));
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const Assignment* own =
      OwnAssignment(c, context, v1::ASSIGNMENT_STATE_OFFERED);
  RETURN_IF_ERROR(RequireUnitOf(c, own, context));
  if (PendingReturn(c) != nullptr && own->role() == v1::ASSIGNMENT_ROLE_LEAD) {
    return Refuse(c, "Accept", "its return is being decided");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& accepted = *event.mutable_accepted();
    accepted.set_assignment_number(own->assignment_number());
    accepted.set_officer_id(context.actor.officer->officer_id());
    accepted.set_officer_name(context.actor.officer->name());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::UrgeCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Urge"));
  if (!IsSourceOf(c, context.actor)) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  if (c.has_urge_time() &&
      context.now < FromProto(c.urge_time()) + kUrgePause) {
    return Refuse(c, "Urge", "it was urged less than ten minutes ago");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_urged()->set_kind("person");
    event.mutable_urged()->set_text(r.text());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::SubmitResultRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "SubmitResult"));
  const Assignment* lead = LeadOf(c);
  RETURN_IF_ERROR(RequireUnitOf(c, lead, context));
  if (lead->state() != v1::ASSIGNMENT_STATE_ACCEPTED) {
    return Refuse(c, "SubmitResult", "the lead has not accepted it yet");
  }
  if (PendingReturn(c) != nullptr) {
    return Refuse(c, "SubmitResult", "its return is being decided");
  }
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.role() == v1::ASSIGNMENT_ROLE_CO_HANDLER &&
        IsLive(assignment) &&
        assignment.state() != v1::ASSIGNMENT_STATE_CHECKED) {
      return Refuse(c, "SubmitResult",
                    absl::StrCat("the part of ", assignment.unit_name(),
                                 " is neither checked nor waived"));
    }
  }
  Step step(c, context);
  step.LapseApproval(v1::LAPSE_CAUSE_RESULT_SUBMITTED);
  step.Emit([&](CaseEvent& event) {
    auto& handled = *event.mutable_handled();
    handled.set_outcome(r.outcome());
    handled.set_text(r.text());
    handled.set_public_reply(r.public_reply());
    *handled.mutable_evidence() = r.evidence();
    handled.set_contacted(r.contacted());
    handled.set_officer_id(context.actor.officer->officer_id());
    *handled.mutable_check_due_time() = ToProto(context.now + kCheckLimit);
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::CheckResultRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, r.passed() ? "CheckPass" : "CheckFail"));
  RETURN_IF_ERROR(RequireChecker(c, context));
  const std::string& officer_id = context.actor.officer->officer_id();
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    if (r.passed()) {
      event.mutable_check_passed()->set_officer_id(officer_id);
      event.mutable_check_passed()->set_text(r.text());
    } else {
      event.mutable_check_failed()->set_officer_id(officer_id);
      event.mutable_check_failed()->set_reason(r.text());
    }
  });
  if (!r.passed() && step.now().rework_count() >= kSupervisedRework) {
    v1::Supervised supervised;
    supervised.set_rule_cause(v1::SUPERVISION_CAUSE_REWORK);
    supervised.set_rework_count(step.now().rework_count());
    step.SetActor("rule");
    step.Supervise(
        context.city.LowestCommonCentre({c.accountable_unit_id()}).unit_id(),
        std::move(supervised));
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::CloseCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Close"));
  RETURN_IF_ERROR(RequireDispatcherAbove(
      c, c.joint() ? LiveUnits(c) : std::vector{c.accountable_unit_id()},
      context));
  if (PendingApproval(c) != nullptr) {
    return Refuse(c, "Close", "an approval waits for its decision");
  }
  if (std::any_of(c.supervisions().begin(), c.supervisions().end(), IsOwed)) {
    return Refuse(c, "Close", "a supervision waits for its reply");
  }
  const v1::FollowUp& follow_up = c.follow_up();
  if (c.requires_follow_up() && follow_up.contacted() != v1::ANSWER_YES &&
      follow_up.attempt_count() < kFollowUpAttempts) {
    return Refuse(c, "Close",
                  "the reporter was not asked yet: reach the reporter, or try "
                  "three times");
  }
  if (c.joint()) {
    const Assignment* lead = LeadOf(c);
    if (lead != nullptr &&
        lead->unit_id() == context.actor.officer->unit_id()) {
      return Refuse(c, "Close", "a joint case is not closed by its lead");
    }
    if (r.root_cause().empty()) {
      return FieldFault("root_cause",
                        "is empty; a joint case is closed with its cause");
    }
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_closed()->set_text(r.text());
    event.mutable_closed()->set_root_cause(r.root_cause());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RecordFollowUpRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "FollowUp"));
  if (!IsSourceOf(c, context.actor)) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& follow_up = *event.mutable_followed_up()->mutable_follow_up();
    follow_up.set_contacted(r.contacted());
    follow_up.set_resolved(r.resolved());
    follow_up.set_satisfied(r.satisfied());
    follow_up.set_attempt_count(c.follow_up().attempt_count() + 1);
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::ResumeCaseRequest&,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Resume"));
  if (!RequireUnitOf(c, LeadOf(c), context).ok()) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  Step step(c, context);
  step.Resume();
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::SuperviseCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Supervise"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  v1::Supervised supervised;
  supervised.set_reason(r.reason());
  Step step(c, context);
  step.Supervise(context.actor.officer->unit_id(), std::move(supervised));
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ReplySupervisionRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ReplySupervision"));
  RETURN_IF_ERROR(RequireAccountable(c, context));
  if (std::none_of(c.supervisions().begin(), c.supervisions().end(), IsOwed)) {
    return Refuse(c, "ReplySupervision", "no supervision waits for a reply");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_supervision_replied()->set_text(r.text());
    event.mutable_supervision_replied()->set_officer_id(
        context.actor.officer->officer_id());
  });
  return step.Take();
}

}  // namespace wangge::cases
