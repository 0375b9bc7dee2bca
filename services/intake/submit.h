// SubmitReport: one report, from its source to its case.
#pragma once

#include "rpc/unary.h"
#include "services/intake/intake.h"

namespace wangge::intake {

void SubmitReport(Intake& intake, const rpc::Call& call,
                  const v1::SubmitReportRequest& request,
                  rpc::Reply<v1::SubmitReportResponse> reply);

// A request of a caller in its normal form. Errors: NOT_YOURS, and those of
// Prepare.
absl::StatusOr<Prepared> PrepareFor(const Intake& intake,
                                    const rpc::Caller& caller,
                                    const v1::SubmitReportRequest& request);

}  // namespace wangge::intake
