// For tests: which polygons contain a point by S2's own index, and points where
// that is hard to tell.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "geo/polygons.h"
#include "geo/s2_rings.h"
#include "s2/mutable_s2shape_index.h"
#include "s2/s2contains_point_query.h"
#include "s2/s2latlng.h"
#include "s2/s2lax_polygon_shape.h"
#include "s2/s2loop.h"

namespace wangge::geo {

// Polygons are numbered from 0 in the order in which they are added.
class S2Oracle {
 public:
  S2Oracle() = default;
  explicit S2Oracle(const std::vector<Polygons>& all) {
    for (const Polygons& polygons : all) Add(polygons);
  }

  void Add(const Polygons& polygons) {
    std::vector<std::vector<S2Point>> loops;
    for (const auto& polygon : polygons) {
      for (int i = 0; i < polygon.rings_size(); ++i) {
        std::vector<S2Point> corners = Corners(polygon.rings(i));
        // The inside is on the left: shells turn left, holes right.
        const bool turns_left =
            S2Loop(corners, S2Debug::DISABLE).IsNormalized();
        if (turns_left != (i == 0))
          std::reverse(corners.begin(), corners.end());
        loops.push_back(std::move(corners));
      }
    }
    index_.Add(std::make_unique<S2LaxPolygonShape>(loops));
  }

  // Ascending.
  std::vector<int> Find(const Point& point) const {
    std::vector<int> found;
    auto query = MakeS2ContainsPointQuery(&index_);
    query.VisitContainingShapes(
        S2LatLng::FromDegrees(point.latitude_deg, point.longitude_deg)
            .ToPoint(),
        [&](S2Shape* shape) {
          found.push_back(shape->id());
          return true;
        });
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  MutableS2ShapeIndex index_;
};

// A point at an edge: on a vertex, on the straight line of the plane between
// two, on the geodesic, or off it by up to a metre or by the last bits only.
inline Point PointAtAnEdge(const std::vector<Polygons>& all,
                           std::mt19937* random) {
  const auto below = [&](int n) {
    return std::uniform_int_distribution<int>(0, n - 1)(*random);
  };
  const auto& polygons =
      all[static_cast<size_t>(below(static_cast<int>(all.size())))];
  const auto& polygon = polygons.Get(below(polygons.size()));
  const auto& ring =
      polygon.rings(below(polygon.rings_size())).coordinates_e7();
  const int corners = ring.size() / 2;
  const int a = below(corners);
  const int b = (a + 1) % corners;
  const double along =
      below(4) == 0 ? 0 : std::uniform_real_distribution<double>(0, 1)(*random);
  const S2LatLng from = S2LatLng::FromE7(ring[2 * a + 1], ring[2 * a]);
  const S2LatLng to = S2LatLng::FromE7(ring[2 * b + 1], ring[2 * b]);
  S2LatLng at = from + along * (to - from);
  if (below(2) == 0) {
    at = S2LatLng(
        ((1 - along) * from.ToPoint() + along * to.ToPoint()).Normalize());
  }
  constexpr double kOff[] = {0, 1e-15, 1e-12, 1e-9, 1e-7, 1e-5};
  const double off = kOff[below(6)] * (below(2) == 0 ? 1 : -1);
  return {at.lat().degrees() + off, at.lng().degrees() - off};
}

}  // namespace wangge::geo
