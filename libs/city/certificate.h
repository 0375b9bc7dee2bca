// What can be proved of a city, and what is wrong with it: a pure function.
//
// Ground: in the governance and police layers the children of a grid cover it
// exactly once; dedicated grids do not overlap. Duty: every category has, in
// every deepest grid, a unit and somebody at its desk; rosters have no holes
// and nobody is at two desks at once in the next 30 days. People: a dispatch
// can reach every officer. Sound trees and unique codes every City guarantees
// already.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "city/city.h"

namespace wangge::city {

inline constexpr absl::Duration kRosterHorizon = absl::Hours(30 * 24);
// The most faults of one kind that are listed; all are counted.
inline constexpr int kMaxFaultsPerKind = 1000;

// Works on all cores. The signature stays empty.
registry::v1::CityCertificate Certify(const City& city, absl::Time now);

// The faults of `after` that are not in `before`.
std::vector<registry::v1::CityFault> NewFaults(
    const registry::v1::CityCertificate& before,
    const registry::v1::CityCertificate& after);

}  // namespace wangge::city
