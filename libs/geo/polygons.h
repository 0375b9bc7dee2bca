// Polygons on the sphere, as S2 has them: edges are geodesics.
#pragma once

#include "absl/status/status.h"
#include "geo/coordinates.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::geo {

using Polygons = google::protobuf::RepeatedPtrField<registry::v1::Polygon>;

// OK when S2 can work with the polygons: no ring crosses or touches itself,
// none has an empty area or crosses the antimeridian, holes lie in their shell
// and apart, and parts do not overlap. Else INVALID_ARGUMENT says which ring.
// The sense in which a ring turns does not matter.
absl::Status ValidatePolygons(const Polygons& polygons);

// The same area in polygons that ValidatePolygons admits: where rings cross,
// they are split, and what an even number of rings holds is outside. Corners
// move by less than a centimetre. Empty when nothing is left.
Polygons Repaired(const Polygons& polygons);

// Distance from a point to the nearest edge of the polygons.
double EdgeDistanceMeters(const Polygons& polygons, const Point& point);

// The side of the directed edge that decides containment, as S2 has it: whether
// the geodesics pq and ab cross, a shared vertex counted so that the parity of
// crossings with the edges of a ring is right for every point. Exact: S2 goes
// to arbitrary precision and symbolic perturbation where it must.
bool CrossesExactly(const Point& p, const Point& q, const Point& a,
                    const Point& b);

}  // namespace wangge::geo
