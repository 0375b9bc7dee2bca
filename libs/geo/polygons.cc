#include "geo/polygons.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "geo/s2_rings.h"
#include "s2/mutable_s2shape_index.h"
#include "s2/s2builder.h"
#include "s2/s2builderutil_s2polygon_layer.h"
#include "s2/s2builderutil_snap_functions.h"
#include "s2/s2edge_crossings.h"
#include "s2/s2edge_distances.h"
#include "s2/s2latlng.h"
#include "s2/s2lax_polygon_shape.h"
#include "s2/s2loop.h"
#include "s2/s2polygon.h"
#include "s2/s2shapeutil_visit_crossing_edge_pairs.h"

namespace wangge::geo {
namespace {

S2Point ToS2(const Point& p) {
  return S2LatLng::FromDegrees(p.latitude_deg, p.longitude_deg).ToPoint();
}

// A simple ring with an area. `number` is its place in the polygon.
absl::StatusOr<std::unique_ptr<S2Loop>> ReadLoop(const registry::v1::Ring& ring,
                                                 int number) {
  const auto fault = [&](const std::string& problem) {
    return absl::InvalidArgumentError(
        absl::StrCat("ring ", number, " ", problem));
  };
  const auto& e7 = ring.coordinates_e7();
  if (e7.size() < 6 || e7.size() % 2 != 0) {
    return fault("has fewer than three corners");
  }
  constexpr double kHalfWorldE7 = 180e7;
  for (int i = 0; i + 1 < e7.size(); i += 2) {
    const int next = i + 3 < e7.size() ? i + 2 : 0;
    if (std::abs(static_cast<double>(e7[next]) - e7[i]) > kHalfWorldE7) {
      return fault("crosses the antimeridian, where no city of ours lies");
    }
  }
  auto loop = std::make_unique<S2Loop>(Corners(ring), S2Debug::DISABLE);
  S2Error error;
  if (loop->FindValidationError(&error)) {
    return fault("is not simple: " + error.text());
  }
  loop->Normalize();
  if (!(loop->GetArea() > 0)) return fault("has no area");
  return loop;
}

using Loops = std::vector<std::unique_ptr<S2Loop>>;

absl::Status CheckHoles(const S2Loop& shell, const Loops& holes) {
  for (size_t i = 0; i < holes.size(); ++i) {
    if (!shell.Contains(holes[i]->vertex(0))) {
      return absl::InvalidArgumentError(
          absl::StrCat("ring ", i + 2, " is a hole, but not inside ring 1"));
    }
  }
  return absl::OkStatus();
}

// Whether two rings have an edge in common; S2's shapes must not.
bool HasSharedEdge(const Polygons& polygons) {
  using Corner = std::pair<int32_t, int32_t>;
  std::vector<std::pair<Corner, Corner>> edges;
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) {
      const auto& e7 = ring.coordinates_e7();
      Corner from(e7[e7.size() - 2], e7[e7.size() - 1]);
      for (int i = 0; i + 1 < e7.size(); i += 2) {
        const Corner to(e7[i], e7[i + 1]);
        edges.push_back(std::minmax(from, to));
        from = to;
      }
    }
  }
  std::sort(edges.begin(), edges.end());
  return std::adjacent_find(edges.begin(), edges.end()) != edges.end();
}

// Rings that do not cross lie apart or within each other, which the parity of
// rings has right.
absl::Status CheckCrossings(const Polygons& polygons) {
  std::vector<std::vector<S2Point>> rings;
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) rings.push_back(Corners(ring));
  }
  if (rings.size() == 1) return absl::OkStatus();
  if (HasSharedEdge(polygons)) {
    return absl::InvalidArgumentError("has rings that share an edge");
  }
  MutableS2ShapeIndex index;
  index.Add(std::make_unique<S2LaxPolygonShape>(rings));
  S2Error error;
  if (!s2shapeutil::FindSelfIntersection(index, &error)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "has rings that cross: ", error.text(), " (loops counted from 0)"));
}

}  // namespace

absl::Status ValidatePolygons(const Polygons& polygons) {
  if (polygons.empty()) {
    return absl::InvalidArgumentError("has no polygon");
  }
  for (const auto& polygon : polygons) {
    if (polygon.rings().empty()) {
      return absl::InvalidArgumentError("has a polygon without rings");
    }
    ASSIGN_OR_RETURN(const auto shell, ReadLoop(polygon.rings(0), 1));
    Loops holes;
    for (int i = 1; i < polygon.rings_size(); ++i) {
      ASSIGN_OR_RETURN(auto hole, ReadLoop(polygon.rings(i), i + 1));
      holes.push_back(std::move(hole));
    }
    RETURN_IF_ERROR(CheckHoles(*shell, holes));
  }
  return CheckCrossings(polygons);
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
    AddRing(loop, loop.is_hole() ? &*repaired.rbegin() : repaired.Add());
  }
  return repaired;
}

double EdgeDistanceMeters(const Polygons& polygons, const Point& point) {
  const S2Point x = ToS2(point);
  S1ChordAngle nearest = S1ChordAngle::Infinity();
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) {
      const std::vector<S2Point> corners = Corners(ring);
      for (size_t i = 0; i < corners.size(); ++i) {
        S2::UpdateMinDistance(x, corners[i], corners[(i + 1) % corners.size()],
                              &nearest);
      }
    }
  }
  return nearest.is_infinity()
             ? std::numeric_limits<double>::infinity()
             : nearest.ToAngle().radians() * kEarthRadiusMeters;
}

bool CrossesExactly(const Point& p, const Point& q, const Point& a,
                    const Point& b) {
  return S2::EdgeOrVertexCrossing(ToS2(p), ToS2(q), ToS2(a), ToS2(b));
}

}  // namespace wangge::geo
