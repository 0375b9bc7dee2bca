#include "services/cases/change/change_handlers.h"

#include <string>
#include <utility>

#include "services/cases/change/change_validate.h"

namespace wangge::cases {
namespace {

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
