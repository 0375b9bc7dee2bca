#include "services/cases/domain/apply.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"

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

v1::Approval* FindApproval(int number, Case* c) {
  return number >= 1 && number <= c->approvals_size()
             ? c->mutable_approvals(number - 1)
             : nullptr;
}

// What a plan says of the matter and its place.
void TakePlan(const routing::v1::RoutePlan& plan, Case* c) {
  c->set_category_code(plan.category_code());
  c->set_category_name(plan.category_name());
  c->set_urgency(plan.urgency());
  c->set_handle_limit_minutes(plan.handle_limit_minutes());
  c->set_operator_reason(plan.operator_reason());
}

void TakePlace(const routing::v1::RoutePlan& plan, Case* c) {
  c->set_district_code(plan.district_code());
  *c->mutable_grid_ids() = plan.place().grid_ids();
  if (plan.place().has_point()) *c->mutable_point() = plan.place().point();
}

template <typename Body>
void TakeFlags(const Body& body, Case* c) {
  c->set_cross_region(body.cross_region());
  c->set_cross_level(body.cross_level());
  c->set_cross_department(body.cross_department());
}

template <typename Body>
void TakeLimit(const Body& body, Case* c) {
  *c->mutable_due_time() = body.due_time();
  *c->mutable_warn_time() = body.warn_time();
  for (Assignment& assignment : *c->mutable_assignments()) {
    if (IsLive(assignment)) *assignment.mutable_due_time() = body.due_time();
  }
}

// Events before 0.2.0 say in a sentence why an approval lapsed.
std::string ReasonBefore020(const v1::ApprovalLapsed& body) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  return body.reason();
#pragma GCC diagnostic pop
}

// The end of a case that is not closed.
void End(CaseState state, Case* c) {
  c->set_state(state);
  c->clear_verification();
  c->clear_consultation();
  c->clear_suspension();
  c->clear_operator_reason();
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
  TakePlan(plan, c);
  TakePlace(plan, c);
  c->set_accountable_unit_id(body.accountable_unit_id());
  *c->mutable_receive_time() = body.receive_time();
  *c->mutable_file_due_time() = body.file_due_time();
  c->set_requires_follow_up(body.requires_follow_up());
  c->set_referral_id(body.referral_id());
  c->set_merge_spot(body.merge_spot());
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
    c->set_operator_reason(kNotFoundOnSpot);
    return;
  }
  TakePlan(body.plan(), c);
}

void On(const v1::Rejected&, const CaseEvent&, Case* c) {
  End(v1::CASE_STATE_REJECTED, c);
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
  TakeFlags(body, c);
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

void On(const v1::ApprovalRequested& body, const CaseEvent&, Case* c) {
  *c->add_approvals() = body.approval();
  if (body.approval().kind() == v1::APPROVAL_KIND_RETURN) {
    c->set_return_count(c->return_count() + 1);
  }
}

void On(const v1::ApprovalDecided& body, const CaseEvent&, Case* c) {
  v1::Approval* approval = FindApproval(body.approval_number(), c);
  if (approval == nullptr) return;
  approval->set_state(body.approved() ? v1::APPROVAL_STATE_APPROVED
                                      : v1::APPROVAL_STATE_REJECTED);
  approval->set_decider_id(body.officer_id());
  approval->set_decision_reason(body.reason());
}

void On(const v1::ApprovalLapsed& body, const CaseEvent&, Case* c) {
  v1::Approval* approval = FindApproval(body.approval_number(), c);
  if (approval == nullptr) return;
  approval->set_state(v1::APPROVAL_STATE_LAPSED);
  approval->set_lapse_cause(body.cause());
  approval->set_decision_reason(ReasonBefore020(body));
}

void On(const v1::Returned& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  c->set_state(v1::CASE_STATE_FILED);
  c->set_accountable_unit_id(body.accountable_unit_id());
  c->add_excluded_unit_ids(body.unit_id());
  c->set_wrong_dispatch_count(c->wrong_dispatch_count() + 1);
  c->set_operator_reason(kReturned);
}

void On(const v1::Extended& body, const CaseEvent&, Case* c) {
  TakeLimit(body, c);
  c->set_extension_count(c->extension_count() + 1);
}

void On(const v1::Suspended& body, const CaseEvent& event, Case* c) {
  c->set_state(v1::CASE_STATE_SUSPENDED);
  auto& suspension = *c->mutable_suspension();
  suspension.set_reason(body.reason());
  *suspension.mutable_start_time() = event.event_time();
  *suspension.mutable_review_time() = body.review_time();
}

void On(const v1::Resumed& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_IN_PROGRESS);
  c->clear_suspension();
  TakeLimit(body, c);
}

void On(const v1::Urged& body, const CaseEvent& event, Case* c) {
  if (body.timer().empty()) {
    *c->mutable_urge_time() = event.event_time();
  } else {
    c->add_timers_fired(body.timer());
  }
}

void On(const v1::Supervised& body, const CaseEvent&, Case* c) {
  if (!body.timer().empty()) c->add_timers_fired(body.timer());
  const int superseded = body.superseded_number();
  if (superseded >= 1 && superseded <= c->supervisions_size()) {
    c->mutable_supervisions(superseded - 1)->set_superseded(true);
  }
  auto& supervision = *c->add_supervisions();
  supervision.set_supervision_number(c->supervisions_size());
  supervision.set_unit_id(body.unit_id());
  supervision.set_reason(body.reason());
  *supervision.mutable_reply_due_time() = body.reply_due_time();
  supervision.set_rule_cause(body.rule_cause());
  supervision.set_rework_count(body.rework_count());
}

void On(const v1::SupervisionReplied& body, const CaseEvent&, Case* c) {
  for (auto& supervision : *c->mutable_supervisions()) {
    if (!IsOwed(supervision)) continue;
    supervision.set_reply(body.text());
    supervision.set_reply_officer_id(body.officer_id());
  }
}

void On(const v1::Handled& body, const CaseEvent& event, Case* c) {
  c->set_state(v1::CASE_STATE_HANDLED);
  *c->mutable_handle_time() = event.event_time();
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

void On(const v1::Reopened& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  c->set_state(v1::CASE_STATE_FILED);
  c->set_round(body.round());
  c->set_handle_limit_minutes(body.handle_limit_minutes());
  c->set_accountable_unit_id(body.accountable_unit_id());
  c->set_operator_reason(kReopened);
  TakeLimit(body, c);
  c->set_return_count(0);
  c->set_extension_count(0);
  c->clear_outcome();
  c->clear_public_reply();
  c->clear_root_cause();
  c->clear_close_time();
  c->clear_handle_time();
  c->clear_follow_up();
  c->clear_timers_fired();
  c->clear_bound_unit_ids();
}

void On(const v1::Transferred& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  End(v1::CASE_STATE_TRANSFERRED, c);
  c->set_outcome(v1::OUTCOME_TRANSFERRED);
  c->set_outside_body(body.outside_body());
  c->set_outside_receipt(body.receipt());
}

void On(const v1::Reclassified& body, const CaseEvent&, Case* c) {
  TakePlan(body.plan(), c);
  TakePlace(body.plan(), c);
  TakeLimit(body, c);
  c->set_handle_limit_minutes(body.handle_limit_minutes());
  c->set_accountable_unit_id(body.accountable_unit_id());
  c->clear_merge_spot();
  if (body.withdraws()) {
    const bool dispatched = LeadOf(*c) != nullptr;
    c->set_wrong_dispatch_count(c->wrong_dispatch_count() + dispatched);
    WithdrawAll(c);
    c->set_state(v1::CASE_STATE_FILED);
  } else {
    c->clear_operator_reason();
  }
}

void On(const v1::Merged& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  End(v1::CASE_STATE_MERGED, c);
  c->set_master_case_no(body.master_case_no());
}

void On(const v1::ReportsJoined& body, const CaseEvent&, Case* c) {
  c->add_merged_case_nos(body.case_no());
  for (const auto& report : body.reports()) *c->add_reports() = report;
  c->set_requires_follow_up(c->requires_follow_up() ||
                            body.requires_follow_up());
}

void On(const v1::Unmerged& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_RECEIVED);
  c->clear_master_case_no();
  c->set_operator_reason(kUnmerged);
  *c->mutable_file_due_time() = body.file_due_time();
}

void On(const v1::ReportsParted& body, const CaseEvent&, Case* c) {
  auto& merged = *c->mutable_merged_case_nos();
  merged.erase(std::remove(merged.begin(), merged.end(), body.case_no()),
               merged.end());
  auto& reports = *c->mutable_reports();
  for (const auto& parted : body.reports()) {
    reports.erase(std::remove_if(reports.begin(), reports.end(),
                                 [&](const v1::ReportKey& key) {
                                   return key.report_id() == parted.report_id();
                                 }),
                  reports.end());
  }
}

void On(const v1::LinkedToBatch& body, const CaseEvent&, Case* c) {
  c->add_batch_ids(body.batch_id());
}

void On(const v1::ReporterRevealed&, const CaseEvent&, Case*) {
  // A record of who saw what; the case is as it was.
}

void On(const v1::ReporterErased&, const CaseEvent&, Case*) {
  // A record that it was deleted; it never stood in the case.
}

void On(const v1::Redacted&, const CaseEvent&, Case* c) {
  c->clear_title();
  c->clear_text();
  c->clear_address();
}

void On(const v1::JointProposed& body, const CaseEvent&, Case* c) {
  c->set_state(v1::CASE_STATE_CONSULTING);
  c->set_joint(true);
  auto* consultation = c->mutable_consultation();
  consultation->set_coordinator_unit_id(body.coordinator_unit_id());
  *consultation->mutable_party_unit_ids() = body.party_unit_ids();
  consultation->set_cause(body.cause());
  consultation->set_rule_cause(body.rule_cause());
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

void On(const v1::ConsultationElevated& body, const CaseEvent&, Case* c) {
  c->mutable_consultation()->set_coordinator_unit_id(
      body.coordinator_unit_id());
  *c->mutable_consultation()->mutable_due_time() = body.due_time();
}

void On(const v1::Adjudicated& body, const CaseEvent&, Case* c) {
  *c->mutable_bound_unit_ids() = body.unit_ids();
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

void On(const v1::CoHandlersChanged& body, const CaseEvent&, Case* c) {
  for (const int number : body.withdrawn_numbers()) {
    SetAssignment(number, v1::ASSIGNMENT_STATE_WITHDRAWN, c);
  }
  for (const Assignment& assignment : body.added()) {
    *c->add_assignments() = assignment;
  }
  c->set_joint(c->joint() || body.added_size() > 0);
  TakeFlags(body, c);
}

void On(const v1::FollowedUp& body, const CaseEvent&, Case* c) {
  *c->mutable_follow_up() = body.follow_up();
}

void On(const v1::Cancelled& body, const CaseEvent&, Case* c) {
  WithdrawAll(c);
  End(v1::CASE_STATE_CANCELLED, c);
  if (body.withdrawn()) c->set_outcome(v1::OUTCOME_WITHDRAWN);
}

}  // namespace

bool IsLive(const Assignment& assignment) {
  return assignment.state() != v1::ASSIGNMENT_STATE_WITHDRAWN &&
         assignment.state() != v1::ASSIGNMENT_STATE_WAIVED;
}

bool IsOwed(const v1::Supervision& supervision) {
  return supervision.reply().empty() && !supervision.superseded();
}

std::vector<std::string> LiveUnits(const Case& c) {
  std::vector<std::string> unit_ids;
  for (const Assignment& assignment : c.assignments()) {
    if (IsLive(assignment)) unit_ids.push_back(assignment.unit_id());
  }
  return unit_ids;
}

const v1::Approval* PendingApproval(const Case& c) {
  const auto found = std::find_if(
      c.approvals().begin(), c.approvals().end(), [](const v1::Approval& a) {
        return a.state() == v1::APPROVAL_STATE_PENDING;
      });
  return found == c.approvals().end() ? nullptr : &*found;
}

const v1::Approval* PendingReturn(const Case& c) {
  const v1::Approval* pending = PendingApproval(c);
  return pending != nullptr && pending->kind() == v1::APPROVAL_KIND_RETURN
             ? pending
             : nullptr;
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
  *c->mutable_last_event_time() = event.event_time();
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
    WANGGE_APPLY(ApprovalRequested, approval_requested);
    WANGGE_APPLY(ApprovalDecided, approval_decided);
    WANGGE_APPLY(ApprovalLapsed, approval_lapsed);
    WANGGE_APPLY(Returned, returned);
    WANGGE_APPLY(Extended, extended);
    WANGGE_APPLY(Suspended, suspended);
    WANGGE_APPLY(Resumed, resumed);
    WANGGE_APPLY(SupervisionReplied, supervision_replied);
    WANGGE_APPLY(Reopened, reopened);
    WANGGE_APPLY(Transferred, transferred);
    WANGGE_APPLY(Reclassified, reclassified);
    WANGGE_APPLY(Merged, merged);
    WANGGE_APPLY(ReportsJoined, reports_joined);
    WANGGE_APPLY(Unmerged, unmerged);
    WANGGE_APPLY(ReportsParted, reports_parted);
    WANGGE_APPLY(CoHandlersChanged, co_handlers_changed);
    WANGGE_APPLY(ConsultationElevated, consultation_elevated);
    WANGGE_APPLY(Adjudicated, adjudicated);
    WANGGE_APPLY(LinkedToBatch, linked_to_batch);
    WANGGE_APPLY(ReporterRevealed, reporter_revealed);
    WANGGE_APPLY(ReporterErased, reporter_erased);
    WANGGE_APPLY(Redacted, redacted);
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

void ApplyLinked(const CaseEvent& event, Case* c) {
  Apply(event, c);
  c->set_chain_hash(Sha256(event.SerializeAsString()));
}

void ApplyAll(const std::vector<CaseEvent>& events, Case* c) {
  for (const CaseEvent& event : events) {
    &event == &events.back() ? ApplyLinked(event, c) : Apply(event, c);
  }
}

Case Fold(const std::vector<CaseEvent>& events) {
  Case c;
  ApplyAll(events, &c);
  return c;
}

}  // namespace wangge::cases
