#include "services/cases/domain/apply.h"

#include "absl/strings/str_cat.h"

namespace wangge::cases {
namespace {

Assignment* FindAssignment(int number, Case* c) {
  return number >= 1 && number <= c->assignments_size()
             ? c->mutable_assignments(number - 1)
             : nullptr;
}

void SetAssignment(int number, v1::AssignmentState state, Case* c) {
  Assignment* assignment = FindAssignment(number, c);
  if (assignment != nullptr) assignment->set_state(state);
}

void WithdrawAll(Case* c) {
  for (Assignment& assignment : *c->mutable_assignments()) {
    if (IsLive(assignment)) {
      assignment.set_state(v1::ASSIGNMENT_STATE_WITHDRAWN);
    }
  }
}

void On(const v1::Admitted& body, const CaseEvent&, Case* c) {
  const auto& plan = body.plan();
  c->set_state(v1::CASE_STATE_RECEIVED);
  c->set_round(1);
  *c->add_reports() = body.report();
  c->set_title(body.title());
  c->set_text(body.text());
  c->set_address(body.address());
  c->set_category_code(plan.category_code());
  c->set_category_name(plan.category_name());
  c->set_urgency(plan.urgency());
  c->set_district_code(plan.district_code());
  *c->mutable_grid_ids() = plan.place().grid_ids();
  if (plan.place().has_point()) *c->mutable_point() = plan.place().point();
  c->set_accountable_unit_id(body.accountable_unit_id());
  c->set_handle_limit_minutes(plan.handle_limit_minutes());
  c->set_operator_reason(plan.operator_reason());
  *c->mutable_receive_time() = body.receive_time();
  *c->mutable_file_due_time() = body.file_due_time();
  c->set_requires_follow_up(body.requires_follow_up());
}

void On(const v1::VerificationRequested& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_VERIFYING);
  *c->mutable_verification() = body.verification();
}

void On(const v1::Verified& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_RECEIVED);
  c->clear_verification();
  *c->mutable_file_due_time() = body.file_due_time();
  if (!body.found()) {
    c->set_operator_reason("not found on the spot");
    return;
  }
  const auto& plan = body.plan();
  c->set_category_code(plan.category_code());
  c->set_category_name(plan.category_name());
  c->set_urgency(plan.urgency());
  c->set_handle_limit_minutes(plan.handle_limit_minutes());
  c->set_operator_reason(plan.operator_reason());
}

void On(const v1::Rejected&, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_REJECTED);
  c->clear_verification();
  c->clear_operator_reason();
}

void On(const v1::Filed& body, const CaseEvent& event, Case* c) {
  c->set_state(v1::CASE_STATE_FILED);
  c->set_category_code(body.category_code());
  c->set_category_name(body.category_name());
  c->set_urgency(body.urgency());
  c->set_handle_limit_minutes(body.handle_limit_minutes());
  *c->mutable_due_time() = body.due_time();
  *c->mutable_warn_time() = body.warn_time();
  *c->mutable_file_time() = event.event_time();
}

void On(const v1::Dispatched& body, const CaseEvent& event, Case* c) {
  WithdrawAll(c);
  c->set_state(v1::CASE_STATE_DISPATCHED);
  for (const Assignment& assignment : body.assignments()) {
    *c->add_assignments() = assignment;
    if (assignment.role() == v1::ASSIGNMENT_ROLE_LEAD) {
      c->set_accountable_unit_id(assignment.unit_id());
    }
  }
  c->set_joint(c->joint() || body.assignments_size() > 1);
  c->set_cross_region(body.cross_region());
  c->set_cross_level(body.cross_level());
  c->set_cross_department(body.cross_department());
  c->clear_operator_reason();
  c->clear_consultation();
  if (!c->has_dispatch_time()) {
    *c->mutable_dispatch_time() = event.event_time();
  }
}

void On(const v1::Accepted& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_IN_PROGRESS);
  Assignment* assignment = FindAssignment(body.assignment_number(), c);
  if (assignment == nullptr) return;
  assignment->set_state(v1::ASSIGNMENT_STATE_ACCEPTED);
  assignment->set_accepted_by(body.officer_id());
  assignment->set_officer_id(body.officer_id());
  assignment->set_officer_name(body.officer_name());
}

void On(const v1::ReturnRequested& body, const CaseEvent&, Case* c) {
  *c->mutable_return_request() = body.request();
  c->set_return_count(c->return_count() + 1);
}

void On(const v1::ReturnApproved& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  c->set_state(v1::CASE_STATE_FILED);
  c->set_accountable_unit_id(body.accountable_unit_id());
  c->add_excluded_unit_ids(body.unit_id());
  c->clear_return_request();
  c->set_operator_reason("returned by its unit");
}

void On(const v1::ReturnRejected&, const CaseEvent&, Case* c) {
  c->clear_return_request();
}

void On(const v1::Urged& body, const CaseEvent& event, Case* c) {
  if (body.reminder().empty()) {
    *c->mutable_urge_time() = event.event_time();
  } else {
    c->add_reminders_sent(body.reminder());
  }
}

void On(const v1::Supervised& body, const CaseEvent&, Case* c) {
  if (!body.reminder().empty()) c->add_reminders_sent(body.reminder());
}

void On(const v1::Handled& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_HANDLED);
  c->set_outcome(body.outcome());
  c->set_public_reply(body.public_reply());
  c->set_handled_by(body.officer_id());
  *c->mutable_check_due_time() = body.check_due_time();
  const Assignment* lead = LeadOf(*c);
  if (lead != nullptr) {
    SetAssignment(lead->assignment_number(), v1::ASSIGNMENT_STATE_DONE, c);
  }
}

void On(const v1::CheckPassed&, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_CHECKED);
  c->clear_check_due_time();
  const Assignment* lead = LeadOf(*c);
  if (lead != nullptr) {
    SetAssignment(lead->assignment_number(), v1::ASSIGNMENT_STATE_CHECKED, c);
  }
}

void On(const v1::CheckFailed&, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_IN_PROGRESS);
  c->set_rework_count(c->rework_count() + 1);
  c->clear_outcome();
  c->clear_check_due_time();
  const Assignment* lead = LeadOf(*c);
  if (lead != nullptr) {
    SetAssignment(lead->assignment_number(), v1::ASSIGNMENT_STATE_ACCEPTED, c);
  }
}

void On(const v1::Closed& body, const CaseEvent& event, Case* c) {
  c->set_state(v1::CASE_STATE_CLOSED);
  c->set_root_cause(body.root_cause());
  *c->mutable_close_time() = event.event_time();
}

void On(const v1::JointProposed& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_CONSULTING);
  c->set_joint(true);
  c->clear_return_request();
  auto* consultation = c->mutable_consultation();
  consultation->set_coordinator_unit_id(body.coordinator_unit_id());
  *consultation->mutable_party_unit_ids() = body.party_unit_ids();
  consultation->set_cause(body.cause());
  *consultation->mutable_due_time() = body.due_time();
}

void On(const v1::Convened& body, const CaseEvent&, Case* c) {
  c->mutable_consultation()->set_convened(true);
  for (const auto& unit_id : body.party_unit_ids()) {
    c->mutable_consultation()->add_party_unit_ids(unit_id);
  }
}

void On(const v1::PositionRecorded& body, const CaseEvent&, Case* c) {
  for (auto& position : *c->mutable_consultation()->mutable_positions()) {
    if (position.unit_id() == body.position().unit_id()) {
      position = body.position();
      return;
    }
  }
  *c->mutable_consultation()->add_positions() = body.position();
}

void On(const v1::JointDecided&, const CaseEvent&, Case*) {
  // The Dispatched event that follows carries the change.
}

void On(const v1::AssignmentDone& body, const CaseEvent&, Case* c) {
  SetAssignment(body.assignment_number(), v1::ASSIGNMENT_STATE_DONE, c);
}

void On(const v1::AssignmentChecked& body, const CaseEvent&, Case* c) {
  SetAssignment(body.assignment_number(), v1::ASSIGNMENT_STATE_CHECKED, c);
}

void On(const v1::AssignmentWaived& body, const CaseEvent&, Case* c) {
  SetAssignment(body.assignment_number(), v1::ASSIGNMENT_STATE_WAIVED, c);
}

void On(const v1::FollowedUp& body, const CaseEvent&, Case* c) {
  *c->mutable_follow_up() = body.follow_up();
}

void On(const v1::Cancelled& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  c->set_state(v1::CASE_STATE_CANCELLED);
  c->clear_verification();
  if (body.withdrawn()) c->set_outcome(v1::OUTCOME_WITHDRAWN);
  c->clear_operator_reason();
}

}  // namespace

bool IsLive(const Assignment& assignment) {
  return assignment.state() != v1::ASSIGNMENT_STATE_WITHDRAWN &&
         assignment.state() != v1::ASSIGNMENT_STATE_WAIVED;
}

const Assignment* LeadOf(const Case& c) {
  for (const Assignment& assignment : c.assignments()) {
    if (assignment.role() == v1::ASSIGNMENT_ROLE_LEAD && IsLive(assignment)) {
      return &assignment;
    }
  }
  return nullptr;
}

void Apply(const CaseEvent& event, Case* c) {
  c->set_case_no(event.case_no());
  c->set_version(event.sequence());
  c->set_etag(absl::StrCat("\"", event.sequence(), "\""));
#define WANGGE_APPLY(name, member) \
  case CaseEvent::k##name:         \
    On(event.member(), event, c);  \
    break
  switch (event.body_case()) {
    WANGGE_APPLY(Admitted, admitted);
    WANGGE_APPLY(VerificationRequested, verification_requested);
    WANGGE_APPLY(Verified, verified);
    WANGGE_APPLY(Rejected, rejected);
    WANGGE_APPLY(Filed, filed);
    WANGGE_APPLY(Dispatched, dispatched);
    WANGGE_APPLY(Accepted, accepted);
    WANGGE_APPLY(ReturnRequested, return_requested);
    WANGGE_APPLY(ReturnApproved, return_approved);
    WANGGE_APPLY(ReturnRejected, return_rejected);
    WANGGE_APPLY(Urged, urged);
    WANGGE_APPLY(Supervised, supervised);
    WANGGE_APPLY(Handled, handled);
    WANGGE_APPLY(CheckPassed, check_passed);
    WANGGE_APPLY(CheckFailed, check_failed);
    WANGGE_APPLY(Closed, closed);
    WANGGE_APPLY(JointProposed, joint_proposed);
    WANGGE_APPLY(Convened, convened);
    WANGGE_APPLY(PositionRecorded, position_recorded);
    WANGGE_APPLY(JointDecided, joint_decided);
    WANGGE_APPLY(AssignmentDone, assignment_done);
    WANGGE_APPLY(AssignmentChecked, assignment_checked);
    WANGGE_APPLY(AssignmentWaived, assignment_waived);
    WANGGE_APPLY(FollowedUp, followed_up);
    WANGGE_APPLY(Cancelled, cancelled);
    case CaseEvent::BODY_NOT_SET:
      break;
  }
#undef WANGGE_APPLY
}

Case Fold(const std::vector<CaseEvent>& events) {
  Case c;
  for (const CaseEvent& event : events) Apply(event, &c);
  return c;
}

}  // namespace wangge::cases
