// What a change of the city changes by itself, whatever is reported: a pure
// function of both cities.
#pragma once

#include "absl/time/time.h"
#include "city/city.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

inline constexpr int kMaxPlaceMoves = 10'000;  // Listed; all are counted.
inline constexpr int kMaxNewFaults = 1000;     // Listed; all are counted.

// Of places and categories that both cities have. Rosters are checked from
// `now` on. Works on all cores; takes seconds for a large city.
v1::PreviewChangeResponse ImpactOf(const city::City& before,
                                   const city::City& after, absl::Time now);

}  // namespace wangge::routing
