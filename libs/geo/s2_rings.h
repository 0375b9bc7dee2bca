// Rings as S2 has them. Only for files that include S2 anyway (see
// CMakeLists.txt).
#pragma once

#include <vector>

#include "s2/s2latlng.h"
#include "s2/s2loop.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::geo {

inline std::vector<S2Point> Corners(const registry::v1::Ring& ring) {
  std::vector<S2Point> corners;
  corners.reserve(static_cast<size_t>(ring.coordinates_e7_size()) / 2);
  for (int i = 0; i + 1 < ring.coordinates_e7_size(); i += 2) {
    corners.push_back(
        S2LatLng::FromE7(ring.coordinates_e7(i + 1), ring.coordinates_e7(i))
            .ToPoint());
  }
  return corners;
}

// Adds the loop as the polygon's next ring, rounded to 1e-7 degree.
inline void AddRing(const S2Loop& loop, registry::v1::Polygon* polygon) {
  auto* ring = polygon->add_rings();
  for (int i = 0; i < loop.num_vertices(); ++i) {
    const S2LatLng corner(loop.vertex(i));
    ring->add_coordinates_e7(corner.lng().e7());
    ring->add_coordinates_e7(corner.lat().e7());
  }
}

}  // namespace wangge::geo
