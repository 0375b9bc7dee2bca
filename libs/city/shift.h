// When a duty shift holds: pure functions of its row, in the city's time zone.
#pragma once

#include "absl/time/time.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

// True when the shift holds at a moment. A shift that ends at or before its
// start runs past midnight and belongs to the day on which it starts. REQUIRES:
// dates and minutes that City::Build admits.
bool IsOnShift(const registry::v1::DutyShift& shift, absl::Time time);

}  // namespace wangge::city
