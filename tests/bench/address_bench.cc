// Address words -> district on real addresses, by cross-validation: a city of
// the real districts, streets and communities, whose other places are the rows
// that are not judged.
#include <map>
#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "city/city.h"
#include "geo/geojson.h"
#include "services/routing/domain/address.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/training.h"
#include "tests/bench/bench.h"
#include "text/train/evaluation.h"

namespace wangge::bench {
namespace {

using city::CityRow;
using text::Classifier;
using text::EvaluatedText;
using text::Metrics;

constexpr size_t kFolds = 5;

// A row of the file: an address, its point and the district it is labelled
// with.
struct Shop {
  std::string name;
  std::string address;
  std::string district;
  geo::Point point;
};

absl::StatusOr<CsvTable> ReadTable(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  return CsvTable::Parse(path, content, {});
}

absl::StatusOr<std::vector<Shop>> ReadShops(const std::string& folder) {
  ASSIGN_OR_RETURN(const CsvTable table,
                   ReadTable(folder + "/zhengzhou_poi_gcj02.csv"));
  std::vector<Shop> shops;
  for (const auto& row : table.rows()) {
    common::v1::GeoPoint point;
    point.set_coordinate_system(common::v1::COORDINATE_SYSTEM_GCJ02);
    double latitude = 0;
    double longitude = 0;
    if (!absl::SimpleAtod(row.Get("lat_gcj02"), &latitude) ||
        !absl::SimpleAtod(row.Get("lon_gcj02"), &longitude)) {
      continue;
    }
    point.set_latitude_deg(latitude);
    point.set_longitude_deg(longitude);
    ASSIGN_OR_RETURN(const geo::Point wgs84, geo::ToWgs84(point));
    shops.push_back({row.Get("name"), row.Get("address"),
                     row.Get("district_label"), wgs84});
  }
  std::mt19937 random(5);
  std::shuffle(shops.begin(), shops.end(), random);
  return shops;
}

// The city without its shops.
class BareCity {
 public:
  absl::Status Read(const std::string& folder) {
    AddGrid("410100", "郑州市", common::v1::GRID_LEVEL_CITY, "");
    ASSIGN_OR_RETURN(const std::string districts,
                     ReadFile(folder + "/410100_full.json"));
    ASSIGN_OR_RETURN(const auto features,
                     geo::ReadGeoJson("410100_full.json", districts,
                                      common::v1::COORDINATE_SYSTEM_GCJ02));
    for (const auto& feature : features) {
      const std::string code = feature.properties.at("adcode");
      auto& grid = AddGrid(code, feature.properties.at("name"),
                           common::v1::GRID_LEVEL_DISTRICT, "410100");
      for (const auto& polygon : feature.polygons) {
        *grid.add_polygons() = polygon;
      }
      codes_[grid.name()] = code;
    }
    RETURN_IF_ERROR(ReadNames(folder + "/zhengzhou_streets_2023.csv",
                              "street_code", "street_name", "area_code",
                              common::v1::GRID_LEVEL_STREET));
    RETURN_IF_ERROR(ReadNames(folder + "/zhengzhou_communities_2021.csv",
                              "village_code", "village_name", "street_code",
                              common::v1::GRID_LEVEL_COMMUNITY));
    CityRow centre;
    centre.mutable_unit()->set_unit_id("oc");
    centre.mutable_unit()->set_name("市城运中心");
    centre.mutable_unit()->set_kind(registry::v1::UNIT_KIND_OPERATION_CENTRE);
    centre.mutable_unit()->set_level(common::v1::UNIT_LEVEL_CITY);
    centre.mutable_unit()->add_jurisdiction_grid_ids("410100");
    rows_.push_back(centre);
    return absl::OkStatus();
  }

  // Empty for a district that has no polygon.
  std::string CodeOf(const std::string& district) const {
    const auto found = codes_.find(district);
    return found == codes_.end() ? "" : found->second;
  }

  absl::StatusOr<std::shared_ptr<const city::City>> With(
      const std::vector<city::Place>& places) const {
    city::RowMap rows;
    for (const CityRow& row : rows_) city::AddRow(row, &rows);
    for (const city::Place& place : places) {
      CityRow row;
      *row.mutable_place() = place;
      city::AddRow(row, &rows);
    }
    return city::City::Build({}, std::move(rows));
  }

 private:
  city::Grid& AddGrid(const std::string& code, const std::string& name,
                      common::v1::GridLevel level, const std::string& parent) {
    auto& grid = *rows_.emplace_back().mutable_grid();
    grid.set_grid_id(code);
    grid.set_grid_code(code);
    grid.set_name(name);
    grid.set_layer(common::v1::GRID_LAYER_GOVERNANCE);
    grid.set_level(level);
    grid.set_parent_grid_id(parent);
    known_.insert(code);
    return grid;
  }

  absl::Status ReadNames(const std::string& path, const std::string& code,
                         const std::string& name, const std::string& parent,
                         common::v1::GridLevel level) {
    ASSIGN_OR_RETURN(const CsvTable table, ReadTable(path));
    for (const auto& row : table.rows()) {
      if (known_.contains(row.Get(code)) || !known_.contains(row.Get(parent))) {
        continue;
      }
      AddGrid(row.Get(code), row.Get(name), level, row.Get(parent));
    }
    return absl::OkStatus();
  }

  std::vector<CityRow> rows_;
  std::set<std::string> known_;
  std::map<std::string, std::string> codes_;  // Of districts, by name.
};

// Roads that an address names, as far as one can tell without knowing them:
// what stands before 路, 街 or 大道.
struct RoadWords {
  std::string name;
  size_t end = 0;
};
std::vector<RoadWords> RoadsIn(const std::vector<char32_t>& text) {
  std::vector<RoadWords> roads;
  size_t begin = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool chinese = c >= 0x4E00 && c <= 0x9FFF;
    if (!chinese || c == U'与' || c == U'和' || c == U'区' || c == U'市') {
      begin = i + 1;
    } else if (c == U'路' || c == U'街' || (c == U'道' && i > begin + 1)) {
      if (i + 1 < text.size() &&
          (text[i + 1] == U'道' || text[i + 1] == U'口')) {
        continue;  // 街道, 路口
      }
      if (i - begin >= 2 && i - begin <= 6) {
        std::string name;
        for (size_t k = begin; k <= i; ++k) AppendUtf8(text[k], &name);
        roads.push_back({std::move(name), i + 1});
      }
      begin = i + 1;
    }
  }
  return roads;
}

// What a city would know of a shop: its name, and its roads with their number.
void AddPlaces(const Shop& shop, std::vector<city::Place>* places) {
  const auto add = [&](const std::string& name, const char* kind) {
    city::Place& place = places->emplace_back();
    place.set_place_id(absl::StrCat("p", places->size()));
    place.set_name(name);
    place.set_kind(kind);
    place.set_latitude_e7(static_cast<int>(shop.point.latitude_deg * 1e7));
    place.set_longitude_e7(static_cast<int>(shop.point.longitude_deg * 1e7));
  };
  add(shop.name, "shop");
  const text::NormalText address(shop.address);
  const auto& chars = address.characters();
  for (const RoadWords& road : RoadsIn(chars)) {
    std::string number;
    for (size_t i = road.end; i < chars.size() && chars[i] >= U'0' &&
                              chars[i] <= U'9' && number.size() < 5;
         ++i) {
      AppendUtf8(chars[i], &number);
    }
    if (number.empty()) {
      add(road.name, "road");
    } else {
      add(absl::StrCat(road.name, number, "号"), "building");
    }
  }
}

struct Results {
  std::vector<EvaluatedText> by_route;
  std::vector<EvaluatedText> by_model;
};

absl::Status EvaluateFold(const BareCity& bare, const std::vector<Shop>& shops,
                          size_t fold, std::map<bool, Results>* results) {
  std::vector<city::Place> places;
  std::vector<routing::KnownAddress> known;
  ASSIGN_OR_RETURN(const auto empty, bare.With({}));
  for (size_t i = 0; i < shops.size(); ++i) {
    if (i % kFolds == fold) continue;
    // A few points lie outside all districts.
    if (!empty->Locate(shops[i].point).chain.empty()) {
      AddPlaces(shops[i], &places);
    }
    const std::string code = bare.CodeOf(shops[i].district);
    known.push_back({shops[i].address, shops[i].point, code});
  }
  ASSIGN_OR_RETURN(const auto city, bare.With(places));
  ASSIGN_OR_RETURN(const auto plain, text::Train({{"甲", "a"}, {"乙", "b"}}));
  routing::v1::TextModel taught = plain->model();
  auto& addresses = *taught.mutable_addresses();
  addresses = routing::LearnAddresses(*city, known);
  // The weights of names are fitted on addresses whose own names the city does
  // not have.
  ASSIGN_OR_RETURN(
      const auto half,
      bare.With({places.begin(), places.begin() + static_cast<std::ptrdiff_t>(
                                                      places.size() / 2)}));
  const auto others = routing::LearnAddresses(
      *half, {known.begin() + static_cast<std::ptrdiff_t>(known.size() / 2),
              known.end()});
  *addresses.mutable_evidence_accuracies() = others.evidence_accuracies();
  *addresses.mutable_opinion_weights() = others.opinion_weights();
  ASSIGN_OR_RETURN(const auto model, Classifier::Create(std::move(taught)));
  for (size_t i = fold; i < shops.size(); i += kFolds) {
    const std::string code = bare.CodeOf(shops[i].district);
    if (code.empty()) continue;
    Results& r =
        (*results)[absl::StrContains(shops[i].address, shops[i].district)];
    routing::Matter matter;
    matter.set_address(shops[i].address);
    routing::RoutePlan plan;
    routing::ResolvePlace(*city, *model, routing::Reading(matter), &plan);
    r.by_route.push_back(
        {code, {{plan.district_code(), plan.place().confidence()}}});
    r.by_model.push_back(
        {code, model->districts()->Predict(
                   routing::TextForDistricts(shops[i].address))});
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunAddresses(const std::string& data, bool quick) {
  ASSIGN_OR_RETURN(const auto shops, ReadShops(data + "/geo"));
  BareCity bare;
  RETURN_IF_ERROR(bare.Read(data + "/geo"));
  std::map<bool, Results> results;  // By: names its district.
  for (size_t fold = 0; fold < (quick ? 1 : kFolds); ++fold) {
    RETURN_IF_ERROR(EvaluateFold(bare, shops, fold, &results));
  }
  for (const bool named : {false, true}) {
    const Metrics route = Evaluate(results[named].by_route);
    const Metrics model = Evaluate(results[named].by_model);
    const std::string suffix = named ? "_that_names_it" : "";
    Print("text", "district_of_address" + suffix, route.accuracy,
          absl::StrCat("of ", route.row_count, ", as routing finds it"), "goal",
          named ? 0.99 : 0.93);
    Print("text", "district_by_model_alone" + suffix, model.accuracy, "");
  }
  return absl::OkStatus();
}

}  // namespace wangge::bench
