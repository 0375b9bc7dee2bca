// ReferralService: the reviews of a report before it becomes a case.
#pragma once

#include <functional>
#include <vector>

#include "rpc/rows.h"
#include "services/cases/referral/referrals.h"
#include "services/cases/shared/changes.h"

namespace wangge::cases {

// All must outlive the service. Thread-safe.
struct ReferralRoom {
  Referrals& referrals;
  ReferralStore& store;
  Changes& changes;  // Who acts, in which city.
  std::function<void()> committed;
};

// Rows of ReferralService.
std::vector<rpc::Row> ReferralRows(ReferralRoom* room);

}  // namespace wangge::cases
