// One layer of areas, looked up by point: a layer of a city or polygons from
// anywhere else (format/layer_file.h reads both).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "geo/polygon_index.h"

namespace wangge::city {

// Immutable; thread-safe.
class Layer {
 public:
  struct Area {
    std::string id;
    std::string name;
  };
  // An area and where it lies.
  struct Boundary {
    Area area;
    int depth = 0;  // 0 to 127; of areas that overlap, Find gives the deepest.
    geo::Polygons polygons;
  };

  // Boundaries that cross themselves are repaired. INVALID_ARGUMENT names the
  // first area whose boundary cannot be.
  static absl::StatusOr<Layer> Build(std::vector<Boundary> boundaries);

  // The deepest area that contains the point; null when none does.
  const Area* Find(const geo::Point& point) const;
  size_t size() const { return areas_.size(); }
  // `id: what was wrong` for every area whose boundary crossed itself and was
  // split there. A city folder with such a boundary would be refused, but a
  // layer from elsewhere is used as it comes.
  const std::vector<std::string>& repaired() const { return repaired_; }

 private:
  Layer() = default;

  std::vector<Area> areas_;
  std::vector<std::string> repaired_;
  geo::PolygonIndex index_;
};

}  // namespace wangge::city
