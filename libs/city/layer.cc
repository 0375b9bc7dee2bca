#include "city/layer.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/folder.h"

namespace wangge::city {
namespace {

// In the index an area's number is its depth and its position.
constexpr int kDepthShift = 24;
constexpr int kAreaMask = (1 << kDepthShift) - 1;

absl::StatusOr<std::string> Property(const geo::Feature& feature,
                                     const std::string& property) {
  const auto found = feature.properties.find(property);
  if (found != feature.properties.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, value] : feature.properties) names.push_back(name);
  return absl::InvalidArgumentError(absl::StrCat(
      "feature ", feature.number, " has no property `", property,
      "`; it has: ", absl::StrJoin(names, ", "), ". Choose one with --id"));
}

}  // namespace

void Layer::Add(Area area, int depth, geo::Polygons polygons) {
  areas_.push_back(std::move(area));
  depths_.push_back(depth);
  polygons_.push_back(std::move(polygons));
}

absl::Status Layer::Index(const std::string& origin) {
  std::vector<geo::PolygonIndex::Entry> entries;
  for (size_t i = 0; i < areas_.size(); ++i) {
    absl::Status valid = geo::ValidatePolygons(polygons_[i]);
    if (!valid.ok()) {
      polygons_[i] = geo::Repaired(polygons_[i]);
      repaired_.push_back(absl::StrCat(areas_[i].id, ": ", valid.message()));
      valid = geo::ValidatePolygons(polygons_[i]);
    }
    if (!valid.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          origin, ": the boundary of ", areas_[i].id, " ", valid.message()));
    }
    entries.push_back(
        {depths_[i] << kDepthShift | static_cast<int>(i), &polygons_[i]});
  }
  index_ = geo::PolygonIndex(entries);
  polygons_.clear();
  return absl::OkStatus();
}

absl::StatusOr<Layer> Layer::OfFile(const std::string& path,
                                    const LayerOptions& options) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  ASSIGN_OR_RETURN(auto features, geo::ReadGeoJson(path, text, options.system));
  Layer layer;
  for (geo::Feature& feature : features) {
    ASSIGN_OR_RETURN(
        const std::string id,
        Property(feature, options.id_property.empty() ? "grid_id"
                                                      : options.id_property));
    const auto name = feature.properties.find(
        options.name_property.empty() ? "name" : options.name_property);
    geo::Polygons polygons;
    for (auto& polygon : feature.polygons) polygons.Add(std::move(polygon));
    layer.Add({id, name == feature.properties.end() ? "" : name->second}, 0,
              std::move(polygons));
  }
  RETURN_IF_ERROR(layer.Index(path));
  return layer;
}

absl::StatusOr<Layer> Layer::OfCityFolder(const std::string& folder,
                                          const std::string& name) {
  common::v1::GridLayer wanted;
  if (!common::v1::GridLayer_Parse(
          absl::StrCat("GRID_LAYER_", absl::AsciiStrToUpper(name)), &wanted)) {
    return absl::NotFoundError(absl::StrCat(
        folder, " has no file ", name, ".geojson or ", name, ".json, and `",
        name, "` is no layer: governance, dedicated, police"));
  }
  ASSIGN_OR_RETURN(const Folder read, ReadFolder(folder));
  Layer layer;
  for (const auto& [key, row] : read.rows) {
    if (!row->has_grid() || row->grid().layer() != wanted) continue;
    layer.Add({row->grid().grid_id(), row->grid().name()},
              static_cast<int>(row->grid().level()), row->grid().polygons());
  }
  RETURN_IF_ERROR(layer.Index(folder));
  return layer;
}

absl::StatusOr<Layer> Layer::Read(const std::string& folder,
                                  const std::string& name,
                                  const LayerOptions& options) {
  for (const char* extension : {".geojson", ".json"}) {
    const std::string path = absl::StrCat(folder, "/", name, extension);
    if (std::filesystem::exists(path)) return OfFile(path, options);
  }
  return OfCityFolder(folder, name);
}

const Layer::Area* Layer::Find(const geo::Point& point) const {
  const geo::Numbers found = index_.Find(point);
  if (found.empty()) return nullptr;
  const int deepest = *std::max_element(found.begin(), found.end());
  return &areas_[static_cast<size_t>(deepest & kAreaMask)];
}

}  // namespace wangge::city
