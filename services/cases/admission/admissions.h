// The room in which a report becomes a case.
#pragma once

#include <functional>
#include <vector>

#include "base/clock.h"
#include "city/watch.h"
#include "rpc/rows.h"
#include "services/cases/admission/admitter.h"

namespace wangge::cases {

// All must outlive the service. Thread-safe.
struct Admissions {
  // Opens a referral for a report whose review is hosted here.
  using OpenReferral = std::function<absl::StatusOr<v1::AdmissionResult>(
      const v1::Admission& admission, const city::City& city, absl::Time now,
      absl::Time deadline)>;

  Admitter& admitter;
  const city::Holder& city;
  const Clock& clock;
  OpenReferral open_referral;
  std::function<void()> committed;
};

// Rows of CaseService.
std::vector<rpc::Row> AdmissionRows(Admissions* admissions);

}  // namespace wangge::cases
