// GeoJSON (RFC 7946): polygons with properties.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "wangge/common/v1/common.pb.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::geo {

// A feature with its polygons in WGS84.
struct Feature {
  // Position in the file, from 1.
  int number = 0;
  // Scalar properties as text.
  std::map<std::string, std::string> properties;
  std::vector<registry::v1::Polygon> polygons;
};

// Reads a FeatureCollection whose points are in `system`; when that is not
// stated, in the one that the file's member `crs` names, else in WGS84, as RFC
// 7946 has it. INVALID_ARGUMENT names the file and the feature: not JSON, a crs
// that is not known, another geometry than Polygon or MultiPolygon, a ring with
// fewer than three corners, a point out of range.
absl::StatusOr<std::vector<Feature>> ReadGeoJson(
    const std::string& name, const std::string& text,
    common::v1::CoordinateSystem system);

// A FeatureCollection with one feature a line.
std::string WriteGeoJson(const std::vector<Feature>& features);

}  // namespace wangge::geo
