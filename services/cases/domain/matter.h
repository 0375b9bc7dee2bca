// What must be routed again before a command can be decided. Pure.
#pragma once

#include <optional>

#include "services/cases/domain/decide.h"

namespace wangge::cases {

using routing::v1::Matter;

// A report that waited for its reviews, as routing is asked about it.
Matter MatterOfReport(const v1::Admission& admission, absl::Time now);

// The matter whose plan Decide wants; nothing when it wants none of this case.
std::optional<Matter> MatterFor(const Case& c,
                                const v1::ReportVerificationRequest& r,
                                absl::Time now);
std::optional<Matter> MatterFor(const Case& c,
                                const v1::DecideApprovalRequest& r,
                                absl::Time now);
std::optional<Matter> MatterFor(const Case& c,
                                const v1::ReclassifyCaseRequest& r,
                                absl::Time now);
std::optional<Matter> MatterFor(const Case& c, const v1::UnmergeCaseRequest& r,
                                absl::Time now);

// Requests whose Decide may want a plan.
template <typename Request>
concept MayWantPlan = requires(const Case& c, const Request& r,
                               absl::Time now) {
  MatterFor(c, r, now);
};

}  // namespace wangge::cases
