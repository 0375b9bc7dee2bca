// The duty part of a certificate: who answers, and whether somebody is there.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "city/city.h"

namespace wangge::city {

struct DutyFindings {
  // Of one district. A cell is a deepest grid and a category.
  struct Cells {
    int64_t grids = 0;
    int64_t leaves = 0;
    int64_t cells = 0;
    int64_t fallbacks = 0;  // Only the operation centre answers.
    int64_t unmanned = 0;   // Nobody is at the unit's desk now.
  };
  std::vector<registry::v1::CityFault> faults;
  std::map<std::string, Cells> cells_by_district;
};

DutyFindings CheckDuty(const City& city, absl::Time now);

}  // namespace wangge::city
