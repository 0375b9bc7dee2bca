// What a command does to a case: the events, or why not. Pure: the case, the
// command, the city, who acts and the time decide, nothing else.
//
// Every function returns at least one event; they are already numbered and can
// be applied in order. Errors: WRONG_STATE, NOT_YOURS, INVALID_FIELDS.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "services/cases/domain/apply.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::cases {

using Events = std::vector<CaseEvent>;
using routing::v1::RoutePlan;

// Who acts.
struct Actor {
  std::string text;  // What events name: `officer/o-1`, `source/110`, `timer`.
  std::string source_id;                   // Set for sources.
  const city::Officer* officer = nullptr;  // Set for persons.
};

struct Context {
  const city::City& city;
  Actor actor;
  absl::Time now;
  // A fresh plan, for the commands that need one.
  const RoutePlan* plan = nullptr;
};

// #1 with what the plan lets follow at once: #6 and #7, or J1. `case_no` is the
// new case's.
Events DecideAdmit(const std::string& case_no, const v1::Report& report,
                   const RoutePlan& plan, const Context& context);

// What a merge or its undoing does to the two cases, both or neither.
struct MergeEvents {
  Events merged;  // Of the case that ends, or comes back.
  Events master;  // Of the one that goes on.
};
// #1 and #5 of a report that is a duplicate of `master`.
MergeEvents DecideAdmitInto(const std::string& case_no,
                            const v1::Report& report, const RoutePlan& plan,
                            const Case& master, const Context& context);

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::RequestVerificationRequest& r,
                              const Context& context);
// Needs context.plan when the matter was found: the plan with the finding.
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ReportVerificationRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RejectCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::DispatchCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::AcceptAssignmentRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RequestReturnRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::UrgeCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::SubmitResultRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::CheckResultRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::CloseCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RecordFollowUpRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::CancelCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::ProposeJointRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::ConveneJointRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RecordPositionRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::DecideJointRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::CompleteAssignmentRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::CheckAssignmentRequest& r,
                              const Context& context);

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::AdjudicateJointRequest& r,
                              const Context& context);
// Needs context.plan for a return or a reclassification that is granted; see
// MatterFor.
absl::StatusOr<Events> Decide(const Case& c, const v1::DecideApprovalRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::ExtendCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::SuspendCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::ResumeCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::SuperviseCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ReplySupervisionRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::ReopenCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::TransferCaseRequest& r,
                              const Context& context);
// Needs context.plan: the plan of the case as it should be.
absl::StatusOr<Events> Decide(const Case& c, const v1::ReclassifyCaseRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ChangeCoHandlersRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::LinkToBatchRequest& r,
                              const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RevealReporterRequest& r,
                              const Context& context);
// Records that the reporter of a case that has ended is deleted.
absl::StatusOr<Events> DecideErase(const Case& c, const std::string& report_id,
                                   const Context& context);
absl::StatusOr<Events> Decide(const Case& c, const v1::RedactReportRequest& r,
                              const Context& context);

absl::StatusOr<MergeEvents> Decide(const Case& c, const Case& master,
                                   const v1::MergeCaseRequest& r,
                                   const Context& context);
// Follows context.plan, if there is one, as if the report were new.
absl::StatusOr<MergeEvents> Decide(const Case& c, const Case& master,
                                   const v1::UnmergeCaseRequest& r,
                                   const Context& context);
// The merge itself, once it is decided; `reason` is empty when the rule merges.
MergeEvents MergeInto(const Case& c, const Case& master,
                      const std::string& reason, const Context& context);

// Fires every timer that is due; empty when none is.
Events DecideTimers(const Case& c, const Context& context);

}  // namespace wangge::cases
