// A source's report: what must be true of it, and its normal form. Pure.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "city/city.h"
#include "services/intake/profiles.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/intake/v1/intake.pb.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::intake {

// A report in its normal form: all but the plan.
struct Prepared {
  cases::v1::Admission admission;
  routing::v1::Matter matter;
  bool refuses_danger = false;
};

// Checks everything that the report alone and the city can tell, and brings it
// to its normal form: points in WGS84 with the original kept, our category for
// the source's code. Errors: INVALID_FIELDS with all faults, REVIEW_INVALID.
absl::StatusOr<Prepared> Prepare(const v1::SubmitReportRequest& request,
                                 const v1::SourceProfile& profile,
                                 const city::City& city, absl::Time now);

}  // namespace wangge::intake
