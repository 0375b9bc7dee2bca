#include "geo/polygons.h"

#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "s2/s2builder.h"
#include "s2/s2builderutil_s2polygon_layer.h"
#include "s2/s2builderutil_snap_functions.h"
#include "s2/s2edge_crossings.h"
#include "s2/s2edge_distances.h"
#include "s2/s2latlng.h"
#include "s2/s2loop.h"
#include "s2/s2polygon.h"

namespace wangge::geo {
namespace {

constexpr double kEarthRadiusMeters = 6371010;

S2Point ToS2(const Point& p) {
  return S2LatLng::FromDegrees(p.latitude_deg, p.longitude_deg).ToPoint();
}

std::vector<S2Point> Corners(const registry::v1::Ring& ring) {
  std::vector<S2Point> corners;
  corners.reserve(static_cast<size_t>(ring.coordinates_e7_size()) / 2);
  for (int i = 0; i + 1 < ring.coordinates_e7_size(); i += 2) {
    corners.push_back(
        S2LatLng::FromE7(ring.coordinates_e7(i + 1), ring.coordinates_e7(i))
            .ToPoint());
  }
  return corners;
}

}  // namespace

absl::Status ValidatePolygons(const Polygons& polygons) {
  if (polygons.empty()) {
    return absl::InvalidArgumentError("has no polygon");
  }
  int number = 0;
  for (const auto& polygon : polygons) {
    if (polygon.rings().empty()) {
      return absl::InvalidArgumentError("has a polygon without rings");
    }
    for (const auto& ring : polygon.rings()) {
      ++number;
      if (ring.coordinates_e7_size() < 6 ||
          ring.coordinates_e7_size() % 2 != 0) {
        return absl::InvalidArgumentError(
            absl::StrCat("ring ", number, " has fewer than three corners"));
      }
      S2Loop loop(Corners(ring), S2Debug::DISABLE);
      S2Error error;
      if (loop.FindValidationError(&error)) {
        return absl::InvalidArgumentError(
            absl::StrCat("ring ", number, " is not simple: ", error.text()));
      }
      loop.Normalize();
      if (!(loop.GetArea() > 0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("ring ", number, " has no area"));
      }
    }
  }
  return absl::OkStatus();
}

Polygons Repaired(const Polygons& polygons) {
  S2Builder::Options options(s2builderutil::IntLatLngSnapFunction(7));
  options.set_split_crossing_edges(true);
  S2Builder builder(options);
  S2Polygon built;
  s2builderutil::S2PolygonLayer::Options undirected(
      S2Builder::EdgeType::UNDIRECTED);
  builder.StartLayer(
      std::make_unique<s2builderutil::S2PolygonLayer>(&built, undirected));
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) {
      builder.AddLoop(Corners(ring));
    }
  }
  Polygons repaired;
  S2Error error;
  if (!builder.Build(&error)) return repaired;
  for (int i = 0; i < built.num_loops(); ++i) {
    const S2Loop& loop = *built.loop(i);
    // Loops come in pre-order: a hole follows its shell.
    auto* ring = (loop.is_hole() ? repaired.rbegin()->add_rings()
                                 : repaired.Add()->add_rings());
    for (int k = 0; k < loop.num_vertices(); ++k) {
      const S2LatLng corner(loop.vertex(k));
      ring->add_coordinates_e7(corner.lng().e7());
      ring->add_coordinates_e7(corner.lat().e7());
    }
  }
  return repaired;
}

double EdgeDistanceMeters(const Polygons& polygons, const Point& point) {
  const S2Point x = ToS2(point);
  S1ChordAngle least = S1ChordAngle::Infinity();
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) {
      const std::vector<S2Point> corners = Corners(ring);
      for (size_t i = 0; i < corners.size(); ++i) {
        S2::UpdateMinDistance(x, corners[i], corners[(i + 1) % corners.size()],
                              &least);
      }
    }
  }
  return least.is_infinity() ? std::numeric_limits<double>::infinity()
                             : least.ToAngle().radians() * kEarthRadiusMeters;
}

bool CrossesExactly(const Point& p, const Point& q, const Point& a,
                    const Point& b) {
  return S2::EdgeOrVertexCrossing(ToS2(p), ToS2(q), ToS2(a), ToS2(b));
}

}  // namespace wangge::geo
