// The rows of the joint case: J1 to J4, J6, J7.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

absl::StatusOr<routing::v1::Responsible> ChooseParty(const Case& c,
                                                     const std::string& field,
                                                     const std::string& unit_id,
                                                     const Context& context) {
  ASSIGN_OR_RETURN(const city::Unit* unit, FindUnit(context, field, unit_id));
  RETURN_IF_ERROR(CheckAllowed(c, "DecideJoint", *unit, context));
  if (!Contains(c.consultation().party_unit_ids(), unit_id)) {
    return FieldFault(
        field, absl::StrCat(unit->name(), " is not a party; convene it first"));
  }
  return ChosenByPerson(context.city, *unit, context.now);
}

absl::Status RequireOneLead(
    const std::string& lead_unit_id,
    const google::protobuf::RepeatedPtrField<std::string>& co_handlers) {
  errors::Violations v;
  v.Require(!Contains(co_handlers, lead_unit_id), "co_handler_unit_ids",
            "names the lead; there is exactly one lead");
  return v.ToStatus();
}

}  // namespace

absl::StatusOr<Events> Decide(const Case& c, const v1::ProposeJointRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ProposeJoint"));
  if (!RequireUnitOf(c, LeadOf(c), context).ok()) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  for (const auto& unit_id : r.party_unit_ids()) {
    RETURN_IF_ERROR(FindUnit(context, "party_unit_ids", unit_id).status());
  }
  Step step(c, context);
  step.ProposeJoint({r.party_unit_ids().begin(), r.party_unit_ids().end()},
                    r.cause());
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::ConveneJointRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Convene"));
  RETURN_IF_ERROR(RequireCoordinator(c, context));
  Step step(c, context);
  for (const auto& unit_id : r.party_unit_ids()) {
    RETURN_IF_ERROR(FindUnit(context, "party_unit_ids", unit_id).status());
  }
  step.Emit([&](CaseEvent& event) {
    event.mutable_convened();
    for (const auto& unit_id : r.party_unit_ids()) {
      if (!Contains(c.consultation().party_unit_ids(), unit_id)) {
        event.mutable_convened()->add_party_unit_ids(unit_id);
      }
    }
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RecordPositionRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RecordPosition"));
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const std::string& unit_id = context.actor.officer->unit_id();
  if (!Contains(c.consultation().party_unit_ids(), unit_id)) {
    return errors::NotYours("consultation", c.case_no(), context.actor.text);
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& position = *event.mutable_position_recorded()->mutable_position();
    position.set_unit_id(unit_id);
    position.set_accepts(r.accepts());
    position.set_basis(r.basis());
    position.set_proposal(r.proposal());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::DecideJointRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "DecideJoint"));
  RETURN_IF_ERROR(RequireCoordinator(c, context));
  ASSIGN_OR_RETURN(const auto lead,
                   ChooseParty(c, "lead_unit_id", r.lead_unit_id(), context));
  RETURN_IF_ERROR(RequireOneLead(r.lead_unit_id(), r.co_handler_unit_ids()));
  std::vector<routing::v1::Responsible> co_handlers;
  for (const auto& unit_id : r.co_handler_unit_ids()) {
    ASSIGN_OR_RETURN(auto chosen,
                     ChooseParty(c, "co_handler_unit_ids", unit_id, context));
    co_handlers.push_back(std::move(chosen));
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_joint_decided()->set_reason(r.reason());
  });
  step.Dispatch(lead, co_handlers, nullptr);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::AdjudicateJointRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Adjudicate"));
  RETURN_IF_ERROR(RequireAdjudicator(c, context));
  ASSIGN_OR_RETURN(const city::Unit* lead,
                   FindUnit(context, "lead_unit_id", r.lead_unit_id()));
  RETURN_IF_ERROR(CheckAllowed(c, "Adjudicate", *lead, context));
  RETURN_IF_ERROR(RequireOneLead(r.lead_unit_id(), r.co_handler_unit_ids()));
  ASSIGN_OR_RETURN(
      const auto co_handlers,
      ChooseUnits("co_handler_unit_ids", r.co_handler_unit_ids(), context));
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& adjudicated = *event.mutable_adjudicated();
    adjudicated.set_reason(r.reason());
    adjudicated.add_unit_ids(r.lead_unit_id());
    adjudicated.mutable_unit_ids()->MergeFrom(r.co_handler_unit_ids());
  });
  step.Dispatch(ChosenByPerson(context.city, *lead, context.now), co_handlers,
                nullptr);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::CompleteAssignmentRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "CompleteAssignment"));
  RETURN_IF_ERROR(RequireOfficer(c, context));
  const city::Officer& officer = *context.actor.officer;
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.unit_id() != officer.unit_id() ||
        assignment.role() != v1::ASSIGNMENT_ROLE_CO_HANDLER ||
        assignment.state() != v1::ASSIGNMENT_STATE_ACCEPTED) {
      continue;
    }
    Step step(c, context);
    step.Emit([&](CaseEvent& event) {
      auto& done = *event.mutable_assignment_done();
      done.set_assignment_number(assignment.assignment_number());
      done.set_text(r.text());
      done.set_officer_id(officer.officer_id());
    });
    return step.Take();
  }
  return Refuse(c, "CompleteAssignment",
                "the caller's unit has no accepted part as a co-handler");
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::CheckAssignmentRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "CheckAssignment"));
  const int number = r.assignment_number();
  if (number < 1 || number > c.assignments_size() ||
      c.assignments(number - 1).role() != v1::ASSIGNMENT_ROLE_CO_HANDLER ||
      !IsLive(c.assignments(number - 1))) {
    return FieldFault(
        "assignment_number",
        absl::StrCat(number, " is not a co-handler's part of this case"));
  }
  const Assignment& assignment = c.assignments(number - 1);
  Step step(c, context);
  if (!r.waive_reason().empty()) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
    step.Emit([&](CaseEvent& event) {
      event.mutable_assignment_waived()->set_assignment_number(number);
      event.mutable_assignment_waived()->set_reason(r.waive_reason());
    });
    return step.Take();
  }
  RETURN_IF_ERROR(RequireChecker(c, context));
  if (assignment.state() != v1::ASSIGNMENT_STATE_DONE) {
    return Refuse(c, "CheckAssignment",
                  absl::StrCat(assignment.unit_name(), " has not done it yet"));
  }
  step.Emit([&](CaseEvent& event) {
    event.mutable_assignment_checked()->set_assignment_number(number);
    event.mutable_assignment_checked()->set_officer_id(
        context.actor.officer->officer_id());
  });
  return step.Take();
}

}  // namespace wangge::cases
