// The simulated city's ground: rectangles cut into rectangles, as polygons that
// share every corner with their neighbours, so that no gap opens between them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "wangge/registry/v1/city.pb.h"

namespace wangge::citysim {

// Units of 1e-7 degree, WGS84; the upper bounds are exclusive.
struct Rect {
  int32_t west = 0, south = 0, east = 0, north = 0;
  int32_t CenterLongitude() const { return west + (east - west) / 2; }
  int32_t CenterLatitude() const { return south + (north - south) / 2; }
};

// Cuts a rectangle into `parts` of about the same area.
std::vector<Rect> Cut(const Rect& rect, int parts);

// How many of `total` children each of `parents` gets; differs by one at most.
std::vector<int> Share(int total, int parents);

// Makes polygons of rectangles. Corners of all rectangles that tile the city
// must be added first: a corner of one on another's edge is a vertex of both,
// because edges are geodesics and a straight parallel is not.
class Outliner {
 public:
  void AddCorners(const Rect& rect);
  registry::v1::Polygon Outline(const Rect& rect) const;

 private:
  std::map<int32_t, std::set<int32_t>> by_longitude_;  // To latitudes.
  std::map<int32_t, std::set<int32_t>> by_latitude_;   // To longitudes.
};

}  // namespace wangge::citysim
