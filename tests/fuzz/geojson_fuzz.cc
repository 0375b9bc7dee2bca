// Any bytes are features or an error that names the file. What is read can be
// checked, repaired, indexed and written without harm.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "geo/coverage.h"
#include "geo/geojson.h"
#include "geo/polygon_index.h"

using wangge::geo::Polygons;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto features = wangge::geo::ReadGeoJson(
      "f.json", text, wangge::common::v1::COORDINATE_SYSTEM_UNSPECIFIED);
  if (!features.ok()) {
    if (features.status().message().find("f.json") != 0) std::abort();
    return 0;
  }
  for (const auto& feature : *features) {
    Polygons polygons;
    for (const auto& polygon : feature.polygons) *polygons.Add() = polygon;
    if (!wangge::geo::ValidatePolygons(polygons).ok()) {
      polygons = wangge::geo::Repaired(polygons);
      if (!wangge::geo::ValidatePolygons(polygons).ok()) continue;
    }
    wangge::geo::CheckCoverage(polygons, {&polygons});
    const wangge::geo::PolygonIndex index({{1, &polygons}});
    index.Find({34.5, 113.5});
  }
  wangge::geo::WriteGeoJson(*features);
  return 0;
}
