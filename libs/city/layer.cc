#include "city/layer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace wangge::city {
namespace {

// In the index an area's number is its depth and its position.
constexpr int kDepthShift = 24;
constexpr int kAreaMask = (1 << kDepthShift) - 1;

}  // namespace

absl::StatusOr<Layer> Layer::Build(std::vector<Boundary> boundaries) {
  Layer layer;
  std::vector<geo::PolygonIndex::Entry> entries;
  for (Boundary& boundary : boundaries) {
    absl::Status valid = geo::ValidatePolygons(boundary.polygons);
    if (!valid.ok()) {
      boundary.polygons = geo::Repaired(boundary.polygons);
      layer.repaired_.push_back(
          absl::StrCat(boundary.area.id, ": ", valid.message()));
      valid = geo::ValidatePolygons(boundary.polygons);
    }
    if (!valid.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the boundary of ", boundary.area.id, " ", valid.message()));
    }
    const auto position = static_cast<int>(layer.areas_.size());
    entries.push_back(
        {boundary.depth << kDepthShift | position, &boundary.polygons});
    layer.areas_.push_back(std::move(boundary.area));
  }
  layer.index_ = geo::PolygonIndex(entries);
  return layer;
}

const Layer::Area* Layer::Find(const geo::Point& point) const {
  const geo::Numbers found = index_.Find(point);
  if (found.empty()) return nullptr;
  const int deepest = *std::max_element(found.begin(), found.end());
  return &areas_[static_cast<size_t>(deepest & kAreaMask)];
}

}  // namespace wangge::city
