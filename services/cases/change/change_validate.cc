#include "services/cases/change/change_validate.h"

#include "absl/strings/str_cat.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

constexpr int kMaxParties = 20;
constexpr int kMaxEvidence = 50;

template <typename Ids>
void RequireUnits(const std::string& field, const Ids& ids, int least,
                  errors::Violations* v) {
  v->Require(
      ids.size() >= least && ids.size() <= kMaxParties, field,
      absl::StrCat("has ", ids.size(), " units; ", least, " to ", kMaxParties));
  for (int i = 0; i < ids.size(); ++i) {
    v->RequireText(absl::StrCat(field, "[", i, "]"), ids.Get(i), 1, 64);
  }
}

// Those of decisions on who is responsible, and why.
template <typename Request>
absl::Status ValidateUnits(const Request& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("lead_unit_id", r.lead_unit_id(), 1, 64);
  RequireUnits("co_handler_unit_ids", r.co_handler_unit_ids(), 0, &v);
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

template <typename Evidence>
void RequireEvidence(const Evidence& evidence, errors::Violations* v) {
  v->Require(
      evidence.size() <= kMaxEvidence, "evidence",
      absl::StrCat("has ", evidence.size(), " items; at most ", kMaxEvidence));
  for (int i = 0; i < evidence.size(); ++i) {
    v->RequireText(absl::StrCat("evidence[", i, "]"), evidence.Get(i), 1,
                   kMaxShortText);
  }
}

}  // namespace

absl::Status Validate(const v1::RequestVerificationRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("question", r.question(), 0, kMaxShortText);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReportVerificationRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 1, kMaxText);
  RequireEvidence(r.evidence(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::RejectCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("reason", r.reason(), 1, kMaxText);
  v.RequireText("proper_channel", r.proper_channel(), 1, kMaxShortText);
  return v.ToStatus();
}

absl::Status Validate(const v1::DispatchCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("category_code", r.category_code(), 0, 64);
  v.RequireText("lead_unit_id", r.lead_unit_id(), 1, 64);
  RequireUnits("co_handler_unit_ids", r.co_handler_unit_ids(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::AcceptAssignmentRequest& r) {
  return ChangeViolations(r).ToStatus();
}

absl::Status Validate(const v1::RequestReturnRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("legal_basis", r.legal_basis(), 1, kMaxText);
  v.RequireText("proposed_unit_id", r.proposed_unit_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::UrgeCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 0, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::SubmitResultRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.Require(r.outcome() >= v1::OUTCOME_RESOLVED &&
                r.outcome() <= v1::OUTCOME_NOT_FEASIBLE,
            "outcome", "is missing; say what came of it, RESOLVED and so on");
  v.RequireText("text", r.text(), 1, kMaxLongText);
  v.RequireText("public_reply", r.public_reply(), 1, kMaxText);
  RequireEvidence(r.evidence(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::CheckResultRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), r.passed() ? 0 : 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::CloseCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 0, kMaxText);
  v.RequireText("root_cause", r.root_cause(), 0, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::RecordFollowUpRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.Require(r.contacted() != v1::ANSWER_UNSPECIFIED, "contacted",
            "is missing; YES or NO");
  return v.ToStatus();
}

absl::Status Validate(const v1::CancelCaseRequest& r) {
  return ValidateChangeWithReason(r);
}

absl::Status Validate(const v1::ProposeJointRequest& r) {
  errors::Violations v = ChangeViolations(r);
  RequireUnits("party_unit_ids", r.party_unit_ids(), 2, &v);
  v.RequireText("cause", r.cause(), 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::ConveneJointRequest& r) {
  errors::Violations v = ChangeViolations(r);
  RequireUnits("party_unit_ids", r.party_unit_ids(), 0, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::RecordPositionRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("basis", r.basis(), 1, kMaxText);
  v.RequireText("proposal", r.proposal(), 0, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::DecideJointRequest& r) {
  return ValidateUnits(r);
}

absl::Status Validate(const v1::CompleteAssignmentRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 1, kMaxLongText);
  return v.ToStatus();
}

absl::Status Validate(const v1::CheckAssignmentRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.Require(r.assignment_number() >= 1, "assignment_number",
            "is missing; assignments count from 1");
  v.RequireText("waive_reason", r.waive_reason(), 0, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::MergeCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("master_case_no", r.master_case_no(), 1, 64);
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::UnmergeCaseRequest& r) {
  return ValidateChangeWithReason(r);
}

absl::Status Validate(const v1::ExtendCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("reason", r.reason(), 1, kMaxText);
  v.Require(r.has_due_time(), "due_time",
            "is missing; say when the limit should end");
  return v.ToStatus();
}

absl::Status Validate(const v1::SuspendCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 1, kMaxText);
  v.Require(r.reason() != v1::SUSPENSION_REASON_UNSPECIFIED &&
                v1::SuspensionReason_IsValid(r.reason()),
            "reason", "is missing; one of the list, MATERIAL and so on");
  v.Require(r.has_review_time(), "review_time",
            "is missing; say when the case goes on");
  return v.ToStatus();
}

absl::Status Validate(const v1::ResumeCaseRequest& r) {
  return ChangeViolations(r).ToStatus();
}

absl::Status Validate(const v1::DecideApprovalRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.Require(r.approval_number() >= 1, "approval_number",
            "is missing; approvals count from 1");
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::SuperviseCaseRequest& r) {
  return ValidateChangeWithReason(r);
}

absl::Status Validate(const v1::ReplySupervisionRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("text", r.text(), 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReopenCaseRequest& r) {
  return ValidateChangeWithReason(r);
}

absl::Status Validate(const v1::TransferCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("outside_body", r.outside_body(), 1, kMaxName);
  v.RequireText("receipt", r.receipt(), 1, kMaxName);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReclassifyCaseRequest& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("category_code", r.category_code(), 0, 64);
  v.Require(!r.category_code().empty() || r.has_point(), "category_code",
            "and point are both missing; say which is to change");
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

absl::Status Validate(const v1::AdjudicateJointRequest& r) {
  return ValidateUnits(r);
}

absl::Status Validate(const v1::ChangeCoHandlersRequest& r) {
  errors::Violations v = ChangeViolations(r);
  RequireUnits("add_unit_ids", r.add_unit_ids(), 0, &v);
  RequireUnits("remove_unit_ids", r.remove_unit_ids(), 0, &v);
  v.Require(r.add_unit_ids_size() + r.remove_unit_ids_size() > 0,
            "add_unit_ids",
            "and remove_unit_ids are both empty; say who is to come or go");
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

}  // namespace wangge::cases
