// One layer of polygons for look-ups by point: a layer of a city folder, or any
// GeoJSON file.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "geo/geojson.h"
#include "geo/polygon_index.h"

namespace wangge::city {

// How to read a GeoJSON file that is no city folder's.
struct LayerOptions {
  // Properties that hold id and name. Empty: `grid_id` and `name`.
  std::string id_property;
  std::string name_property;
  // Not stated: what the file says of itself.
  common::v1::CoordinateSystem system =
      common::v1::COORDINATE_SYSTEM_UNSPECIFIED;
};

// Immutable; thread-safe.
class Layer {
 public:
  struct Area {
    std::string id;
    std::string name;
  };

  // The layer `name` of a folder: the file `name`.geojson or `name`.json when
  // there is one, else the grids of the city folder in that layer (governance,
  // dedicated, police). INVALID_ARGUMENT names file and feature.
  static absl::StatusOr<Layer> Read(const std::string& folder,
                                    const std::string& name,
                                    const LayerOptions& options);

  // The deepest area that contains the point; null outside all.
  const Area* Find(const geo::Point& point) const;
  size_t size() const { return areas_.size(); }
  // The areas whose boundary crossed itself and was split there, with what was
  // wrong: a layer from elsewhere is taken as it is, where a city folder's own
  // would be refused.
  const std::vector<std::string>& repaired() const { return repaired_; }

 private:
  Layer() = default;
  static absl::StatusOr<Layer> OfFile(const std::string& path,
                                      const LayerOptions& options);
  static absl::StatusOr<Layer> OfCityFolder(const std::string& folder,
                                            const std::string& name);
  // `depth` 0 to 127.
  void Add(Area area, int depth, geo::Polygons polygons);
  absl::Status Index(const std::string& origin);

  std::vector<Area> areas_;
  std::vector<geo::Polygons> polygons_;
  std::vector<std::string> repaired_;
  std::vector<int> depths_;
  geo::PolygonIndex index_;
};

}  // namespace wangge::city
