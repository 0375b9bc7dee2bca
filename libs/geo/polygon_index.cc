#include "geo/polygon_index.h"

#include <algorithm>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "s2/mutable_s2shape_index.h"
#include "s2/s2contains_point_query.h"
#include "s2/s2edge_distances.h"
#include "s2/s2latlng.h"
#include "s2/s2lax_polygon_shape.h"
#include "s2/s2loop.h"

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

struct PolygonIndex::State {
  MutableS2ShapeIndex index;
  std::vector<int> numbers;  // By shape id.
};

PolygonIndex::PolygonIndex() : state_(std::make_unique<State>()) {}
PolygonIndex::~PolygonIndex() = default;
PolygonIndex::PolygonIndex(PolygonIndex&&) noexcept = default;
PolygonIndex& PolygonIndex::operator=(PolygonIndex&&) noexcept = default;

void PolygonIndex::Add(int number, const Polygons& polygons) {
  for (const auto& polygon : polygons) {
    std::vector<std::vector<S2Point>> loops;
    for (const auto& ring : polygon.rings()) {
      std::vector<S2Point> corners = Corners(ring);
      // S2 has the interior on the left: the outer ring runs counter-clockwise,
      // holes run clockwise.
      const bool counter_clockwise =
          S2Loop(corners, S2Debug::DISABLE).IsNormalized();
      if (counter_clockwise != loops.empty()) {
        std::reverse(corners.begin(), corners.end());
      }
      loops.push_back(std::move(corners));
    }
    state_->index.Add(std::make_unique<S2LaxPolygonShape>(loops));
    state_->numbers.push_back(number);
  }
}

void PolygonIndex::Build() { state_->index.ForceBuild(); }

std::vector<int> PolygonIndex::Find(const Point& point) const {
  std::vector<int> found;
  auto query = MakeS2ContainsPointQuery(&state_->index);
  query.VisitContainingShapes(ToS2(point), [&](S2Shape* shape) {
    found.push_back(state_->numbers[static_cast<size_t>(shape->id())]);
    return true;
  });
  return found;
}

}  // namespace wangge::geo
