#include "services/cases/change/change_handlers.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

// ---- What the requests must look like.

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

// ---- Handlers.

// Every method that changes one case.
template <typename Request>
void ChangeCase(Changes& changes, const rpc::Call& call, const Request& request,
                rpc::Reply<Case> reply) {
  changes.Run(call, request, /*hook=*/nullptr, std::move(reply));
}

// The command of a request that changes a case and its master together.
template <typename Request>
Command CommandForBoth(const rpc::Call& call, const Request& request,
                       std::string master_case_no, ChangeContext context) {
  Command command;
  command.case_nos = {request.case_no(), std::move(master_case_no)};
  command.key = KeyOf(call.caller.Text(), request);
  command.matter = Changes::MatterOf(request, context.now);
  command.decide =
      [context = std::move(context), &request](
          const std::vector<Case>& cases,
          const RoutePlan* plan) -> absl::StatusOr<std::vector<Events>> {
    ASSIGN_OR_RETURN(MergeEvents events,
                     Decide(cases[0], cases[1], request, context.With(plan)));
    return std::vector<Events>{std::move(events.merged),
                               std::move(events.master)};
  };
  command.deadline = call.deadline;
  return command;
}

void MergeCase(Changes& changes, const rpc::Call& call,
               const v1::MergeCaseRequest& request, rpc::Reply<Case> reply) {
  auto context = changes.ContextFor(call);
  if (!context.ok()) return reply(context.status());
  changes.Start(
      changes.changer().Run(CommandForBoth(
          call, request, request.master_case_no(), *std::move(context))),
      std::move(reply));
}

// The master of a merged case is known when the case was loaded.
exec::Task<absl::StatusOr<Outcome>> Unmerge(
    Changer& changer, const rpc::Call& call,
    const v1::UnmergeCaseRequest& request, ChangeContext context) {
  const auto merged = co_await changer.Load(request.case_no(), call.deadline);
  if (!merged.ok()) co_return merged.status();
  // A repeat finds the case parted already: then itself stands for the other,
  // which nobody looks at.
  std::string master = merged->master_case_no().empty()
                           ? request.case_no()
                           : merged->master_case_no();
  co_return co_await changer.Run(
      CommandForBoth(call, request, std::move(master), std::move(context)));
}

void UnmergeCase(Changes& changes, const rpc::Call& call,
                 const v1::UnmergeCaseRequest& request,
                 rpc::Reply<Case> reply) {
  auto context = changes.ContextFor(call);
  if (!context.ok()) return reply(context.status());
  changes.Start(Unmerge(changes.changer(), call, request, *std::move(context)),
                std::move(reply));
}

}  // namespace

std::vector<rpc::Row> ChangeRows(Changes* changes) {
  using rpc::kAsync;
  return rpc::RowsOf(
      changes,
      {
          // From filing to dispatch.
          {"RequestVerification", Validate,
           &ChangeCase<v1::RequestVerificationRequest>, kAsync},
          {"ReportVerification", Validate,
           &ChangeCase<v1::ReportVerificationRequest>, kAsync},
          {"RejectCase", Validate, &ChangeCase<v1::RejectCaseRequest>, kAsync},
          {"DispatchCase", Validate, &ChangeCase<v1::DispatchCaseRequest>,
           kAsync},
          {"ReclassifyCase", Validate, &ChangeCase<v1::ReclassifyCaseRequest>,
           kAsync},
          {"TransferCase", Validate, &ChangeCase<v1::TransferCaseRequest>,
           kAsync},
          {"CancelCase", Validate, &ChangeCase<v1::CancelCaseRequest>, kAsync},
          // Handling.
          {"AcceptAssignment", Validate,
           &ChangeCase<v1::AcceptAssignmentRequest>, kAsync},
          {"RequestReturn", Validate, &ChangeCase<v1::RequestReturnRequest>,
           kAsync},
          {"ExtendCase", Validate, &ChangeCase<v1::ExtendCaseRequest>, kAsync},
          {"SuspendCase", Validate, &ChangeCase<v1::SuspendCaseRequest>,
           kAsync},
          {"ResumeCase", Validate, &ChangeCase<v1::ResumeCaseRequest>, kAsync},
          {"DecideApproval", Validate, &ChangeCase<v1::DecideApprovalRequest>,
           kAsync},
          {"SubmitResult", Validate, &ChangeCase<v1::SubmitResultRequest>,
           kAsync},
          {"CheckResult", Validate, &ChangeCase<v1::CheckResultRequest>,
           kAsync},
          {"CloseCase", Validate, &ChangeCase<v1::CloseCaseRequest>, kAsync},
          {"RecordFollowUp", Validate, &ChangeCase<v1::RecordFollowUpRequest>,
           kAsync},
          {"ReopenCase", Validate, &ChangeCase<v1::ReopenCaseRequest>, kAsync},
          // Pressing on.
          {"UrgeCase", Validate, &ChangeCase<v1::UrgeCaseRequest>, kAsync},
          {"SuperviseCase", Validate, &ChangeCase<v1::SuperviseCaseRequest>,
           kAsync},
          {"ReplySupervision", Validate,
           &ChangeCase<v1::ReplySupervisionRequest>, kAsync},
          // Several units together.
          {"ProposeJoint", Validate, &ChangeCase<v1::ProposeJointRequest>,
           kAsync},
          {"ConveneJoint", Validate, &ChangeCase<v1::ConveneJointRequest>,
           kAsync},
          {"RecordPosition", Validate, &ChangeCase<v1::RecordPositionRequest>,
           kAsync},
          {"DecideJoint", Validate, &ChangeCase<v1::DecideJointRequest>,
           kAsync},
          {"AdjudicateJoint", Validate, &ChangeCase<v1::AdjudicateJointRequest>,
           kAsync},
          {"ChangeCoHandlers", Validate,
           &ChangeCase<v1::ChangeCoHandlersRequest>, kAsync},
          {"CompleteAssignment", Validate,
           &ChangeCase<v1::CompleteAssignmentRequest>, kAsync},
          {"CheckAssignment", Validate, &ChangeCase<v1::CheckAssignmentRequest>,
           kAsync},
          // Duplicates.
          {"MergeCase", Validate, &MergeCase, kAsync},
          {"UnmergeCase", Validate, &UnmergeCase, kAsync},
      });
}

}  // namespace wangge::cases
