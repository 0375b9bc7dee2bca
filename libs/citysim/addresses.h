// How people say where something is.
#pragma once

#include <cstdint>
#include <random>
#include <string>

#include "city/city.h"

namespace wangge::citysim {

// An address of today's reports in a compound: mostly the compound and a
// building, now and then a gate, the surroundings or the district as well.
std::string AddressIn(const city::City& city, const city::Grid& compound,
                      std::mt19937* random);

// CSV `address,latitude_deg,longitude_deg` (WGS84): what earlier reports with
// coordinates said, in other forms than AddressIn's.
std::string KnownAddresses(const city::City& city, uint32_t seed);

// The middle of a grid's corners.
geo::Point MiddleOf(const city::Grid& grid);

}  // namespace wangge::citysim
