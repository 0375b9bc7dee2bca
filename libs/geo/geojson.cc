#include "geo/geojson.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "geo/coordinates.h"

namespace wangge::geo {
namespace {

using nlohmann::json;
using registry::v1::Polygon;
using registry::v1::Ring;

int32_t ToE7(double degrees) {
  return static_cast<int32_t>(std::lround(degrees * kE7));
}

// A ring with fewer than three corners left has no area on the grid of
// coordinates (1e-7 degrees, a centimetre): real boundaries hold such slivers.
absl::StatusOr<Ring> ReadRing(const json& points,
                              common::v1::CoordinateSystem system) {
  if (!points.is_array()) {
    return absl::InvalidArgumentError("a ring is not an array of points");
  }
  Ring ring;
  for (const json& p : points) {
    if (!p.is_array() || p.size() < 2 || !p[0].is_number() ||
        !p[1].is_number()) {
      return absl::InvalidArgumentError(
          "a point is not an array of longitude and latitude");
    }
    common::v1::GeoPoint given;
    given.set_longitude_deg(p[0].get<double>());
    given.set_latitude_deg(p[1].get<double>());
    given.set_coordinate_system(system);
    ASSIGN_OR_RETURN(const Point point, ToWgs84(given));
    const int32_t lng = ToE7(point.longitude_deg);
    const int32_t lat = ToE7(point.latitude_deg);
    const int size = ring.coordinates_e7_size();
    // Repeated points carry no information, and S2 refuses them.
    if (size >= 2 && ring.coordinates_e7(size - 2) == lng &&
        ring.coordinates_e7(size - 1) == lat) {
      continue;
    }
    ring.add_coordinates_e7(lng);
    ring.add_coordinates_e7(lat);
  }
  const int size = ring.coordinates_e7_size();
  if (size >= 4 && ring.coordinates_e7(0) == ring.coordinates_e7(size - 2) &&
      ring.coordinates_e7(1) == ring.coordinates_e7(size - 1)) {
    ring.mutable_coordinates_e7()->Truncate(size - 2);
  }
  return ring;
}

bool HasArea(const Ring& ring) { return ring.coordinates_e7_size() >= 6; }

std::string AsText(const json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "" : value.dump();
}

// Adds a polygon, less its rings without area.
absl::Status AddPolygon(const json& rings, common::v1::CoordinateSystem system,
                        Feature* feature) {
  if (!rings.is_array() || rings.empty()) {
    return absl::InvalidArgumentError("a polygon has no rings");
  }
  Polygon polygon;
  for (const json& points : rings) {
    ASSIGN_OR_RETURN(Ring ring, ReadRing(points, system));
    if (HasArea(ring)) {
      *polygon.add_rings() = std::move(ring);
    } else if (polygon.rings().empty()) {
      return absl::OkStatus();  // Holes in nothing are nothing.
    }
  }
  feature->polygons.push_back(std::move(polygon));
  return absl::OkStatus();
}

absl::Status ReadGeometry(const json& geometry,
                          common::v1::CoordinateSystem system,
                          Feature* feature) {
  const std::string type =
      geometry.contains("type") ? AsText(geometry["type"]) : "";
  const json coordinates = geometry.contains("coordinates")
                               ? geometry["coordinates"]
                               : json::array();
  if (type == "Polygon") {
    RETURN_IF_ERROR(AddPolygon(coordinates, system, feature));
  } else if (type == "MultiPolygon") {
    for (const json& rings : coordinates) {
      RETURN_IF_ERROR(AddPolygon(rings, system, feature));
    }
  } else {
    return absl::InvalidArgumentError(
        absl::StrCat("its geometry is `", type,
                     "`; only Polygon and MultiPolygon are read"));
  }
  if (feature->polygons.empty()) {
    return absl::InvalidArgumentError(
        "it has no area: no ring has three corners");
  }
  return absl::OkStatus();
}

absl::Status ReadFeature(const json& source,
                         common::v1::CoordinateSystem system,
                         Feature* feature) {
  if (!source.is_object() || !source.contains("geometry") ||
      !source["geometry"].is_object()) {
    return absl::InvalidArgumentError("it has no geometry");
  }
  if (source.contains("properties") && source["properties"].is_object()) {
    for (const auto& [key, value] : source["properties"].items()) {
      feature->properties[key] = AsText(value);
    }
  }
  return ReadGeometry(source["geometry"], system, feature);
}

// The system that the old member `crs` names, WGS84 when there is none.
absl::StatusOr<common::v1::CoordinateSystem> NamedSystem(const json& root) {
  if (!root.contains("crs") || root["crs"].is_null()) {
    return common::v1::COORDINATE_SYSTEM_WGS84;
  }
  const std::string crs = root["crs"].dump();
  for (const char* known : {"CRS84", "EPSG::4326", "EPSG:4326"}) {
    if (absl::StrContains(crs, known)) {
      return common::v1::COORDINATE_SYSTEM_WGS84;
    }
  }
  for (const char* known : {"EPSG::4490", "EPSG:4490"}) {
    if (absl::StrContains(crs, known)) {
      return common::v1::COORDINATE_SYSTEM_CGCS2000;
    }
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "its crs ", crs.substr(0, 200),
      " is not known; state WGS84, CGCS2000, GCJ02 or BD09, or convert it"));
}

json RingToJson(const Ring& ring) {
  json points = json::array();
  const int size = ring.coordinates_e7_size();
  for (int i = 0; i <= size; i += 2) {
    const int at = i % size;  // The first point closes the ring.
    points.push_back(
        {ring.coordinates_e7(at) / kE7, ring.coordinates_e7(at + 1) / kE7});
  }
  return points;
}

}  // namespace

absl::StatusOr<std::vector<Feature>> ReadGeoJson(
    const std::string& name, const std::string& text,
    common::v1::CoordinateSystem system) {
  const auto fault = [&](const std::string& problem) {
    return absl::InvalidArgumentError(absl::StrCat(name, ": ", problem));
  };
  const auto utf8 = ToUtf8(text);
  if (!utf8.ok()) return fault(std::string(utf8.status().message()));
  const json root = json::parse(*utf8, nullptr, /*allow_exceptions=*/false);
  if (root.is_discarded()) return fault("is not JSON; was the file cut off?");
  if (!root.is_object() || !root.contains("features") ||
      !root["features"].is_array()) {
    return fault("is not a GeoJSON FeatureCollection");
  }
  if (system == common::v1::COORDINATE_SYSTEM_UNSPECIFIED) {
    const auto named = NamedSystem(root);
    if (!named.ok()) return fault(std::string(named.status().message()));
    system = *named;
  }
  std::vector<Feature> features;
  for (const json& source : root["features"]) {
    Feature feature;
    feature.number = static_cast<int>(features.size()) + 1;
    const absl::Status status = ReadFeature(source, system, &feature);
    if (!status.ok()) {
      return fault(
          absl::StrCat("feature ", feature.number, ": ", status.message()));
    }
    features.push_back(std::move(feature));
  }
  return features;
}

std::string WriteGeoJson(const std::vector<Feature>& features) {
  std::string out = "{\"type\":\"FeatureCollection\",\"features\":[\n";
  for (const Feature& feature : features) {
    json polygons = json::array();
    for (const Polygon& polygon : feature.polygons) {
      json rings = json::array();
      for (const Ring& ring : polygon.rings()) {
        rings.push_back(RingToJson(ring));
      }
      polygons.push_back(std::move(rings));
    }
    const bool single = polygons.size() == 1;
    const json line = {{"type", "Feature"},
                       {"properties", feature.properties},
                       {"geometry",
                        {{"type", single ? "Polygon" : "MultiPolygon"},
                         {"coordinates", single ? polygons[0] : polygons}}}};
    absl::StrAppend(&out, &feature == &features.front() ? "" : ",\n",
                    line.dump());
  }
  return absl::StrCat(out, "\n]}\n");
}

}  // namespace wangge::geo
