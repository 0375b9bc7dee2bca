// What requests that change cases must look like. Pure; every fault is named.
#pragma once

#include "absl/status/status.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

absl::Status Validate(const v1::RequestVerificationRequest& r);
absl::Status Validate(const v1::ReportVerificationRequest& r);
absl::Status Validate(const v1::RejectCaseRequest& r);
absl::Status Validate(const v1::DispatchCaseRequest& r);
absl::Status Validate(const v1::AcceptAssignmentRequest& r);
absl::Status Validate(const v1::RequestReturnRequest& r);
absl::Status Validate(const v1::UrgeCaseRequest& r);
absl::Status Validate(const v1::SubmitResultRequest& r);
absl::Status Validate(const v1::CheckResultRequest& r);
absl::Status Validate(const v1::CloseCaseRequest& r);
absl::Status Validate(const v1::RecordFollowUpRequest& r);
absl::Status Validate(const v1::CancelCaseRequest& r);
absl::Status Validate(const v1::ProposeJointRequest& r);
absl::Status Validate(const v1::ConveneJointRequest& r);
absl::Status Validate(const v1::RecordPositionRequest& r);
absl::Status Validate(const v1::DecideJointRequest& r);
absl::Status Validate(const v1::CompleteAssignmentRequest& r);
absl::Status Validate(const v1::CheckAssignmentRequest& r);
absl::Status Validate(const v1::MergeCaseRequest& r);
absl::Status Validate(const v1::UnmergeCaseRequest& r);
absl::Status Validate(const v1::ExtendCaseRequest& r);
absl::Status Validate(const v1::SuspendCaseRequest& r);
absl::Status Validate(const v1::ResumeCaseRequest& r);
absl::Status Validate(const v1::DecideApprovalRequest& r);
absl::Status Validate(const v1::SuperviseCaseRequest& r);
absl::Status Validate(const v1::ReplySupervisionRequest& r);
absl::Status Validate(const v1::ReopenCaseRequest& r);
absl::Status Validate(const v1::TransferCaseRequest& r);
absl::Status Validate(const v1::ReclassifyCaseRequest& r);
absl::Status Validate(const v1::AdjudicateJointRequest& r);
absl::Status Validate(const v1::ChangeCoHandlersRequest& r);

}  // namespace wangge::cases
