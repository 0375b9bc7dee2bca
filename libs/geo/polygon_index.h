// Which of many polygons cover a point: S2's shape index.
#pragma once

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "geo/coordinates.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::geo {

using Polygons = google::protobuf::RepeatedPtrField<registry::v1::Polygon>;

// OK when S2 can work with the polygons: no ring crosses or touches itself, and
// none has an empty area. Else INVALID_ARGUMENT says which ring.
absl::Status ValidatePolygons(const Polygons& polygons);

// Distance from a point to the nearest edge of the polygons.
double EdgeDistanceMeters(const Polygons& polygons, const Point& point);

// An index over numbered polygons. Build first, then look up from any thread.
// Polygons that share edges share no points: every point of a shared edge
// belongs to exactly one of them.
class PolygonIndex {
 public:
  PolygonIndex();
  ~PolygonIndex();
  PolygonIndex(PolygonIndex&&) noexcept;
  PolygonIndex& operator=(PolygonIndex&&) noexcept;

  // REQUIRES: ValidatePolygons(polygons) is OK. Numbers need not be dense.
  void Add(int number, const Polygons& polygons);
  // Builds the index now rather than at the first look-up.
  void Build();
  // Numbers of all polygons that contain the point, in no order.
  std::vector<int> Find(const Point& point) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wangge::geo
