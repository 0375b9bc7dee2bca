#include "services/cases/domain/decide.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kFileLimit = absl::Seconds(60);
constexpr absl::Duration kCheckLimit = absl::Hours(24);
constexpr absl::Duration kReturnDecisionLimit = absl::Hours(2);
constexpr absl::Duration kUrgePause = absl::Minutes(10);
constexpr int64_t kWorkingDayMinutes = 8 * 60;
constexpr int kFollowUpAttempts = 3;
constexpr int kMostReturns = 2;

std::vector<const city::Grid*> ChainOf(const city::City& city,
                                       const RoutePlan& plan) {
  std::vector<const city::Grid*> chain;
  for (const auto& id : plan.place().grid_ids()) {
    if (const auto* grid = city.FindGrid(id)) chain.push_back(grid);
  }
  return chain;
}

std::vector<const city::Grid*> ChainOf(const city::City& city, const Case& c) {
  std::vector<const city::Grid*> chain;
  for (const auto& id : c.grid_ids()) {
    if (const auto* grid = city.FindGrid(id)) chain.push_back(grid);
  }
  return chain;
}

// The officer on duty of the grid team at a place; no officer when there is
// none.
routing::v1::Responsible VerifierAt(const std::vector<const city::Grid*>& chain,
                                    const Context& context) {
  const auto teams = context.city.UnitsFor(
      "grid_team", common::v1::UNIT_LEVEL_UNSPECIFIED, chain);
  return teams.empty() ? routing::v1::Responsible()
                       : ChosenByPerson(context.city, *teams[0], context.now);
}

// What the rules do as soon as a plan is known.
void FollowPlan(const RoutePlan& plan, const Context& context, Step* step) {
  const city::Category* category =
      context.city.FindCategory(plan.category_code());
  if (plan.disposition() == routing::v1::DISPOSITION_NEEDS_OPERATOR ||
      category == nullptr) {
    return;
  }
  step->SetActor("rule");
  step->File(*category, plan.urgency(),
             context.city.FindUnit(plan.lead().unit_id()));
  if (plan.disposition() == routing::v1::DISPOSITION_CONSULT) {
    std::vector<std::string> parties = {plan.lead().unit_id(),
                                        step->now().accountable_unit_id()};
    for (const auto& co_handler : plan.co_handlers()) {
      parties.push_back(co_handler.unit_id());
    }
    step->ProposeJoint(std::move(parties), "an asset without owner");
    return;
  }
  step->Dispatch(plan.lead(),
                 {plan.co_handlers().begin(), plan.co_handlers().end()}, &plan);
}

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

absl::StatusOr<std::vector<routing::v1::Responsible>> ChooseUnits(
    const google::protobuf::RepeatedPtrField<std::string>& unit_ids,
    const Context& context) {
  std::vector<routing::v1::Responsible> chosen;
  for (const auto& unit_id : unit_ids) {
    ASSIGN_OR_RETURN(const city::Unit* unit,
                     FindUnit(context, "co_handler_unit_ids", unit_id));
    chosen.push_back(ChosenByPerson(context.city, *unit, context.now));
  }
  return chosen;
}

}  // namespace

Events DecideAdmit(const std::string& case_no, const v1::Report& report,
                   const RoutePlan& plan, const Context& context) {
  Case fresh;
  fresh.set_case_no(case_no);
  Step step(fresh, context);
  const auto& centre =
      context.city.OperationCentreAt(ChainOf(context.city, plan));
  step.Emit([&](CaseEvent& event) {
    auto& admitted = *event.mutable_admitted();
    *admitted.mutable_report() = report.key();
    admitted.set_title(report.title());
    admitted.set_text(report.text());
    admitted.set_address(report.address());
    *admitted.mutable_plan() = plan;
    admitted.set_accountable_unit_id(centre.unit_id());
    *admitted.mutable_receive_time() = report.receive_time();
    *admitted.mutable_file_due_time() = ToProto(context.now + kFileLimit);
    admitted.set_requires_follow_up(report.requires_follow_up());
  });
  const auto verifier = VerifierAt(ChainOf(context.city, plan), context);
  if (report.verify_when_unsure() && !verifier.officer_id().empty() &&
      plan.disposition() == routing::v1::DISPOSITION_NEEDS_OPERATOR) {
    step.SetActor("rule");
    step.RequestVerification(verifier, plan.operator_reason());
  } else {
    FollowPlan(plan, context, &step);
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::RequestVerificationRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RequestVerification"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  const auto verifier = VerifierAt(ChainOf(context.city, c), context);
  if (verifier.officer_id().empty()) {
    return Refuse(c, "RequestVerification",
                  "its place has no grid team with an officer");
  }
  Step step(c, context);
  step.RequestVerification(verifier, r.question());
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ReportVerificationRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ReportVerified"));
  RETURN_IF_ERROR(RequireVerifier(c, context));
  const RoutePlan* plan = r.found() ? context.plan : nullptr;
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& verified = *event.mutable_verified();
    verified.set_found(r.found());
    verified.set_text(r.text());
    *verified.mutable_evidence() = r.evidence();
    verified.set_officer_id(context.actor.officer->officer_id());
    if (plan != nullptr) *verified.mutable_plan() = *plan;
    *verified.mutable_file_due_time() = ToProto(context.now + kFileLimit);
  });
  if (plan != nullptr) FollowPlan(*plan, context, &step);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RejectCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Reject"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_rejected()->set_reason(r.reason());
    event.mutable_rejected()->set_proper_channel(r.proper_channel());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::DispatchCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Dispatch"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  const std::string code =
      r.category_code().empty() ? c.category_code() : r.category_code();
  const city::Category* category = context.city.FindCategory(code);
  if (category == nullptr) {
    errors::Violations v;
    v.Add("category_code", absl::StrCat("`", code,
                                        "` is no category; name one, as the "
                                        "case has none that is sure"));
    return v.ToStatus();
  }
  ASSIGN_OR_RETURN(const city::Unit* lead,
                   FindUnit(context, "lead_unit_id", r.lead_unit_id()));
  if (category->department_only() &&
      lead->kind() == registry::v1::UNIT_KIND_GRID_TEAM) {
    return Refuse(c, "Dispatch",
                  absl::StrCat(category->name(),
                               " is for departments only, never for a grid"));
  }
  ASSIGN_OR_RETURN(const auto co_handlers,
                   ChooseUnits(r.co_handler_unit_ids(), context));
  Step step(c, context);
  if (c.state() == v1::CASE_STATE_RECEIVED) {
    const auto urgency = c.urgency() == common::v1::URGENCY_SAFETY
                             ? c.urgency()
                             : category->urgency();
    step.File(*category, urgency, lead);
  }
  step.Dispatch(ChosenByPerson(context.city, *lead, context.now), co_handlers,
                nullptr);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::AcceptAssignmentRequest&,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Accept"));
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const Assignment* own =
      OwnAssignment(c, context, v1::ASSIGNMENT_STATE_OFFERED);
  RETURN_IF_ERROR(RequireUnitOf(c, own, context));
  if (c.has_return_request() && own->role() == v1::ASSIGNMENT_ROLE_LEAD) {
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

absl::StatusOr<Events> Decide(const Case& c, const v1::RequestReturnRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RequestReturn"));
  const Assignment* lead = LeadOf(c);
  RETURN_IF_ERROR(RequireUnitOf(c, lead, context));
  if (c.has_return_request()) {
    return Refuse(c, "RequestReturn", "one is being decided already");
  }
  if (c.return_count() >= kMostReturns) {
    return Refuse(c, "RequestReturn", "it was asked for twice; no third time");
  }
  const absl::Time latest = context.city.calendar().AddWorkingMinutes(
      FromProto(lead->offer_time()), kWorkingDayMinutes);
  if (context.now > latest) {
    return Refuse(c, "RequestReturn",
                  "it must be asked for within one working day");
  }
  if (!r.proposed_unit_id().empty()) {
    RETURN_IF_ERROR(
        FindUnit(context, "proposed_unit_id", r.proposed_unit_id()).status());
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& request = *event.mutable_return_requested()->mutable_request();
    request.set_unit_id(lead->unit_id());
    request.set_officer_id(context.actor.officer->officer_id());
    request.set_legal_basis(r.legal_basis());
    request.set_proposed_unit_id(r.proposed_unit_id());
    *request.mutable_decide_due_time() =
        ToProto(context.now + kReturnDecisionLimit);
  });
  // The second time the units must come to one table.
  if (c.return_count() + 1 == kMostReturns) {
    std::vector<std::string> parties(c.excluded_unit_ids().begin(),
                                     c.excluded_unit_ids().end());
    parties.push_back(lead->unit_id());
    if (!r.proposed_unit_id().empty()) parties.push_back(r.proposed_unit_id());
    step.SetActor("rule");
    step.ProposeJoint(std::move(parties), "returned for the second time");
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::ApproveReturnRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ApproveReturn"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  if (!c.has_return_request()) {
    return Refuse(c, "ApproveReturn", "nobody asked to return it");
  }
  const v1::ReturnRequest& request = c.return_request();
  if (context.actor.officer->officer_id() == request.officer_id()) {
    return Refuse(c, "ApproveReturn", "the requester is not the approver");
  }
  const std::string proposed_id = request.proposed_unit_id();
  const city::Unit* proposed = context.city.FindUnit(proposed_id);
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& approved = *event.mutable_return_approved();
    approved.set_unit_id(request.unit_id());
    approved.set_accountable_unit_id(
        context.city.OperationCentreAt(ChainOf(context.city, c)).unit_id());
    approved.set_reason(r.reason());
  });
  if (proposed != nullptr) {
    step.Dispatch(ChosenByPerson(context.city, *proposed, context.now), {},
                  nullptr);
  } else if (context.plan != nullptr &&
             context.plan->disposition() == routing::v1::DISPOSITION_AUTO) {
    step.SetActor("rule");
    step.Dispatch(context.plan->lead(),
                  {context.plan->co_handlers().begin(),
                   context.plan->co_handlers().end()},
                  context.plan);
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RejectReturnRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RejectReturn"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  if (!c.has_return_request()) {
    return Refuse(c, "RejectReturn", "nobody asked to return it");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_return_rejected()->set_reason(r.reason());
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
  if (c.has_return_request()) {
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
  RETURN_IF_ERROR(CheckState(c, "Check"));
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
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::CloseCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Close"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
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
      errors::Violations v;
      v.Add("root_cause", "is empty; a joint case is closed with its cause");
      return v.ToStatus();
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

absl::StatusOr<Events> Decide(const Case& c, const v1::CancelCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Cancel"));
  const bool withdrawn = IsSourceOf(c, context.actor);
  if (!withdrawn) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  } else if (c.urgency() == common::v1::URGENCY_SAFETY) {
    return Refuse(c, "Cancel", "safety matters cannot be withdrawn");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_cancelled()->set_reason(r.reason());
    event.mutable_cancelled()->set_withdrawn(withdrawn);
  });
  return step.Take();
}

Events DecideTimers(const Case& c, const Context& context) {
  Step step(c, context);
  for (const Timer& timer : RunningTimers(c)) {
    if (timer.due > context.now) continue;
    step.Emit([&](CaseEvent& event) {
      if (timer.kind == "overdue") {
        auto& supervised = *event.mutable_supervised();
        supervised.set_unit_id(
            context.city.LowestCommonCentre({c.accountable_unit_id()})
                .unit_id());
        supervised.set_reason("the limit has passed");
        supervised.set_reminder(timer.name);
        *supervised.mutable_reply_due_time() =
            ToProto(context.city.calendar().AddWorkingMinutes(
                context.now, kWorkingDayMinutes));
      } else {
        event.mutable_urged()->set_kind(timer.kind);
        event.mutable_urged()->set_reminder(timer.name);
      }
    });
  }
  return step.Take();
}

}  // namespace wangge::cases
