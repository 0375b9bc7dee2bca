// Reads a layer from a GeoJSON file or from a city folder.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "city/layer.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::city {

// How to read a GeoJSON file that does not belong to a city folder.
struct LayerFileOptions {
  // The properties with the id and the name of an area. Empty: `grid_id` and
  // `name`.
  std::string id_property;
  std::string name_property;
  // Unspecified: the system that the file names, else WGS84.
  common::v1::CoordinateSystem system =
      common::v1::COORDINATE_SYSTEM_UNSPECIFIED;
};

// The layer `name` of a folder: the file `name`.geojson or `name`.json if there
// is one, else the grids of the city folder in that layer (governance,
// dedicated or police). NOT_FOUND when there is neither; INVALID_ARGUMENT names
// the file and the feature or area.
absl::StatusOr<Layer> ReadLayer(const std::string& folder,
                                const std::string& name,
                                const LayerFileOptions& options);

}  // namespace wangge::city
