// The ground part of a certificate: gaps and overlaps.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "city/city.h"
#include "geo/coverage.h"

namespace wangge::city {

struct GroundFindings {
  std::vector<registry::v1::CityFault> faults;  // In order of the parents.
  int64_t parent_count = 0;
  int64_t proved_parent_count = 0;
  int64_t sliver_count = 0;
  double sliver_square_meters = 0;
};

GroundFindings CheckGround(const City& city);

// The governance district that a grid lies in; empty above districts.
std::string DistrictOfGrid(const City& city, const Grid& grid);

}  // namespace wangge::city
