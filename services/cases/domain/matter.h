// What must be routed again before a command can be decided. Pure.
#pragma once

#include <optional>

#include "services/cases/domain/decide.h"

namespace wangge::cases {

using routing::v1::Matter;

// A report that waited for its reviews, as routing is asked about it.
Matter MatterOfReport(const v1::Admission& admission, absl::Time now);

// The matter whose plan Decide wants; nothing when it wants none.
template <typename Request>
std::optional<Matter> MatterFor(const Case&, const Request&, absl::Time) {
  return std::nullopt;
}
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

}  // namespace wangge::cases
