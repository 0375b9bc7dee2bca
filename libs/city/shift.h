// When a duty shift holds: pure functions of its row, in the city's time zone.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

// True when the shift holds at a moment. A shift that ends at or before its
// start runs past midnight and belongs to the day on which it starts. REQUIRES:
// dates and minutes that City::Build admits.
bool IsOnShift(const registry::v1::DutyShift& shift, absl::Time time);

// A stretch of time, the end not included.
struct Span {
  absl::Time start;
  absl::Time end;
};

// When the shift holds between `from` and `to`, cut to them, in order of time.
std::vector<Span> SpansOf(const registry::v1::DutyShift& shift, absl::Time from,
                          absl::Time to);

// What of `from` to `to` the spans, which may overlap, leave free.
std::vector<Span> GapsIn(std::vector<Span> spans, absl::Time from,
                         absl::Time to);

}  // namespace wangge::city
