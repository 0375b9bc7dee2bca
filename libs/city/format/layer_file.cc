#include "city/format/layer_file.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/folder.h"
#include "geo/geojson.h"

namespace wangge::city {
namespace {

absl::StatusOr<std::string> IdOf(const geo::Feature& feature,
                                 const std::string& property) {
  const auto found = feature.properties.find(property);
  if (found != feature.properties.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, value] : feature.properties) names.push_back(name);
  return absl::InvalidArgumentError(absl::StrCat(
      "feature ", feature.number, " has no property `", property,
      "`; it has: ", absl::StrJoin(names, ", "), ". Choose one with --id"));
}

absl::StatusOr<Layer> Build(std::vector<Layer::Boundary> boundaries,
                            const std::string& origin) {
  absl::StatusOr<Layer> layer = Layer::Build(std::move(boundaries));
  if (layer.ok()) return layer;
  return absl::Status(layer.status().code(),
                      absl::StrCat(origin, ": ", layer.status().message()));
}

absl::StatusOr<Layer> ReadFeatures(const std::string& path,
                                   const LayerFileOptions& options) {
  const std::string id_property =
      options.id_property.empty() ? "grid_id" : options.id_property;
  const std::string name_property =
      options.name_property.empty() ? "name" : options.name_property;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(auto features, geo::ReadGeoJson(path, text, options.system));
  std::vector<Layer::Boundary> boundaries;
  for (geo::Feature& feature : features) {
    Layer::Boundary& boundary = boundaries.emplace_back();
    const auto id = IdOf(feature, id_property);
    if (!id.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": ", id.status().message()));
    }
    boundary.area.id = *id;
    const auto name = feature.properties.find(name_property);
    if (name != feature.properties.end()) boundary.area.name = name->second;
    for (auto& polygon : feature.polygons) {
      boundary.polygons.Add(std::move(polygon));
    }
  }
  return Build(std::move(boundaries), path);
}

absl::StatusOr<Layer> ReadGrids(const std::string& folder,
                                const std::string& name) {
  common::v1::GridLayer wanted;
  if (!common::v1::GridLayer_Parse(
          absl::StrCat("GRID_LAYER_", absl::AsciiStrToUpper(name)), &wanted)) {
    return absl::NotFoundError(
        absl::StrCat(folder, " has no file ", name, ".geojson or ", name,
                     ".json, and `", name,
                     "` is no layer of a city; use governance, dedicated or "
                     "police"));
  }
  ASSIGN_OR_RETURN(const Folder read, ReadFolder(folder));
  std::vector<Layer::Boundary> boundaries;
  for (const auto& [key, row] : read.rows) {
    if (!row->has_grid() || row->grid().layer() != wanted) continue;
    const Grid& grid = row->grid();
    boundaries.push_back({{grid.grid_id(), grid.name()},
                          static_cast<int>(grid.level()),
                          grid.polygons()});
  }
  return Build(std::move(boundaries), folder);
}

}  // namespace

absl::StatusOr<Layer> ReadLayer(const std::string& folder,
                                const std::string& name,
                                const LayerFileOptions& options) {
  for (const char* extension : {".geojson", ".json"}) {
    const std::string path = absl::StrCat(folder, "/", name, extension);
    if (std::filesystem::exists(path)) return ReadFeatures(path, options);
  }
  return ReadGrids(folder, name);
}

}  // namespace wangge::city
