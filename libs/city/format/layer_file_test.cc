#include "city/format/layer_file.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/csv.h"
#include "base/file.h"
#include "city/format/folder.h"
#include "city/system_check.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

constexpr auto kWgs84 = common::v1::COORDINATE_SYSTEM_WGS84;
constexpr auto kGcj02 = common::v1::COORDINATE_SYSTEM_GCJ02;
constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;

// Real data beside the checkout; never part of the project.
const std::string& RealData() {
  static const auto* const folder =
      new std::string(std::string(WANGGE_SOURCE_DIR) + "/../shared/data/geo");
  return *folder;
}
#define SKIP_WITHOUT_REAL_DATA()                                 \
  if (!std::filesystem::exists(RealData())) {                    \
    GTEST_SKIP() << RealData() << " is not here: nothing tried"; \
  }

CsvTable ReadTable(const std::string& file) {
  auto text = ReadFile(RealData() + "/" + file);
  EXPECT_OK(text);
  auto table = CsvTable::Parse(file, *text, {});
  EXPECT_OK(table);
  return *std::move(table);
}

absl::StatusOr<geo::Point> PointOf(const CsvTable::Row& row,
                                   const std::string& lng,
                                   const std::string& lat,
                                   common::v1::CoordinateSystem system) {
  common::v1::GeoPoint given;
  double value = 0;
  if (!absl::SimpleAtod(row.Get(lng), &value)) {
    return absl::InvalidArgumentError("no longitude");
  }
  given.set_longitude_deg(value);
  if (!absl::SimpleAtod(row.Get(lat), &value)) {
    return absl::InvalidArgumentError("no latitude");
  }
  given.set_latitude_deg(value);
  given.set_coordinate_system(system);
  return geo::ToWgs84(given);
}

TEST(LayerFileTest, ReadsAnyPolygonsAndNamesTheirFaults) {
  const std::string folder = ::testing::TempDir() + "/layer";
  std::filesystem::create_directories(folder);
  const auto write = [&](const std::string& ring) {
    ASSERT_OK(WriteFile(
        folder + "/x.geojson",
        R"({"type":"FeatureCollection","features":[{"type":"Feature",)"
        R"("properties":{"code":"A"},"geometry":{"type":"Polygon",)"
        R"("coordinates":[)" +
            ring + "]}}]}"));
  };
  write("[[113,34],[113.1,34],[113.1,34.1]]");
  EXPECT_THAT(ReadLayer(folder, "x", {}).status(),
              StatusIs(kInvalid, "it has: code"));
  LayerFileOptions by_code;
  by_code.id_property = "code";
  const auto layer = ReadLayer(folder, "x", by_code);
  ASSERT_OK(layer);
  EXPECT_EQ(layer->Find({34.01, 113.08})->id, "A");
  EXPECT_EQ(layer->Find({35, 113.08}), nullptr);
  EXPECT_THAT(layer->repaired(), ::testing::IsEmpty());
  // An hourglass: of both halves, split where it crosses itself.
  write("[[113,34],[113.1,34.1],[113.1,34],[113,34.1]]");
  const auto hourglass = ReadLayer(folder, "x", by_code);
  ASSERT_OK(hourglass);
  EXPECT_THAT(hourglass->repaired(),
              ::testing::ElementsAre(::testing::HasSubstr("A: ")));
  EXPECT_EQ(hourglass->Find({34.05, 113.02})->id, "A");
  EXPECT_EQ(hourglass->Find({34.05, 113.08})->id, "A");
  EXPECT_EQ(hourglass->Find({34.02, 113.05}), nullptr);
  EXPECT_THAT(ReadLayer(folder, "y", by_code).status(),
              StatusIs(absl::StatusCode::kNotFound, "no file y.geojson"));
}

// "07 BRONX" is district 207.
TEST(LayerFileTest, NewYorksDistrictsAgreeWithTheRowsLabels) {
  SKIP_WITHOUT_REAL_DATA();
  LayerFileOptions options;
  options.id_property = "BoroCD";
  const auto districts = ReadLayer(RealData(), "community_districts", options);
  ASSERT_OK(districts);
  options.id_property = "Precinct";
  const auto precincts = ReadLayer(RealData(), "police_precincts", options);
  ASSERT_OK(precincts);
  const std::map<std::string, int> boroughs = {{"MANHATTAN", 1},
                                               {"BRONX", 2},
                                               {"BROOKLYN", 3},
                                               {"QUEENS", 4},
                                               {"STATEN ISLAND", 5}};
  int rows = 0;
  int agree = 0;
  int in_precinct = 0;
  const CsvTable table = ReadTable("nyc311_rows.csv");
  for (const auto& row : table.rows()) {
    const std::vector<std::string> board =
        absl::StrSplit(row.Get("Community Board"), absl::MaxSplits(' ', 1));
    const auto point = PointOf(row, "Longitude", "Latitude", kWgs84);
    int number = 0;
    if (!point.ok() || board.size() != 2 || !boroughs.contains(board[1]) ||
        !absl::SimpleAtoi(board[0], &number)) {
      continue;
    }
    ++rows;
    const auto* area = districts->Find(*point);
    const std::string expected =
        absl::StrCat(boroughs.at(board[1]) * 100 + number);
    agree += area != nullptr && area->id == expected ? 1 : 0;
    in_precinct += precincts->Find(*point) != nullptr ? 1 : 0;
  }
  EXPECT_GT(rows, 3000);
  // 3,333 of 3,345; the labels of the other twelve name a neighbour of the
  // polygon that their point lies in.
  EXPECT_GE(agree, rows * 0.996) << agree << " of " << rows;
  EXPECT_GE(in_precinct, rows * 0.997) << in_precinct << " of " << rows;
}

TEST(LayerFileTest, ZhengzhousPointsLieInTheDistrictsTheyAreLabelledWith) {
  SKIP_WITHOUT_REAL_DATA();
  LayerFileOptions options;
  options.id_property = "adcode";
  options.system = kGcj02;
  const auto districts = ReadLayer(RealData(), "410100_full", options);
  ASSERT_OK(districts);
  EXPECT_EQ(districts->size(), 12U);
  const CsvTable table = ReadTable("zhengzhou_poi_gcj02.csv");
  std::vector<LabelledPoint> points;
  for (const auto& row : table.rows()) {
    LabelledPoint& point = points.emplace_back();
    ASSERT_TRUE(absl::SimpleAtod(row.Get("lon_gcj02"), &point.longitude_deg));
    ASSERT_TRUE(absl::SimpleAtod(row.Get("lat_gcj02"), &point.latitude_deg));
    point.label = row.Get("district_label");
  }
  EXPECT_EQ(points.size(), 15'757U);
  const SystemCheck right = CheckSystem(*districts, points, kGcj02);
  // 98.8 % to a tenth, 15,567 of 15,757: what the data's own polygons give.
  EXPECT_GE(right.agreeing, 0.9879 * static_cast<double>(points.size()));
  EXPECT_EQ(right.better, common::v1::COORDINATE_SYSTEM_UNSPECIFIED);
  // Given as WGS84 by mistake.
  const SystemCheck wrong = CheckSystem(*districts, points, kWgs84);
  EXPECT_LT(wrong.agreeing, right.agreeing);
  EXPECT_EQ(wrong.better, kGcj02);
  EXPECT_EQ(wrong.better_agreeing, right.agreeing);
}

// Real names and codes, 170 of them more than once, and no boundaries but the
// districts'.
TEST(LayerFileTest, StreetsAndCommunitiesMakeACityWithoutMicroGrids) {
  SKIP_WITHOUT_REAL_DATA();
  const std::string folder = ::testing::TempDir() + "/zhengzhou";
  std::filesystem::create_directories(folder);
  std::string grids =
      "grid_id,grid_code,name,layer,level,parent_grid_id\n"
      "410100,410100,郑州市,governance,city,\n";
  std::set<std::string> known;
  const auto add = [&](const std::string& code, const std::string& name,
                       const std::string& level, const std::string& parent) {
    if (!known.insert(code).second) return;
    grids += absl::StrCat(code, ",", code, ",", name, ",governance,", level,
                          ",", parent, "\n");
  };
  const auto add_street = [&](const CsvTable::Row& row) {
    add(row.Get("area_code"), row.Get("area_name"), "district", "410100");
    add(row.Get("street_code"), row.Get("street_name"), "street",
        row.Get("area_code"));
  };
  const CsvTable streets = ReadTable("zhengzhou_streets_2023.csv");
  for (const auto& row : streets.rows()) add_street(row);
  const CsvTable communities = ReadTable("zhengzhou_communities_2021.csv");
  for (const auto& row : communities.rows()) {
    add_street(row);
    add(row.Get("village_code"), row.Get("village_name"), "community",
        row.Get("street_code"));
  }
  ASSERT_OK(WriteFolder(folder, {}));
  ASSERT_OK(WriteFile(folder + "/grids.csv", grids));
  ASSERT_OK(WriteFile(folder + "/units.csv",
                      "unit_id,name,kind,level,function,jurisdiction_grid_ids\n"
                      "oc,市城运中心,operation_centre,city,operation_centre,"
                      "410100\n"));
  const auto city = LoadFolder(folder);
  ASSERT_OK(city);
  EXPECT_GT((*city)->rows().size(), 3'400U);
  // A name that several villages have is found as often, each in its chain.
  const auto found = (*city)->FindPlaces("王庄村委会门口");
  EXPECT_EQ(found.size(), static_cast<size_t>(std::count_if(
                              communities.rows().begin(),
                              communities.rows().end(), [](const auto& row) {
                                return row.Get("village_name") == "王庄村委会";
                              })));
  EXPECT_GT(found.size(), 5U);
  std::set<std::string> ids;
  for (const NamedPlace& named : found) {
    EXPECT_EQ(named.chain.size(), 4U);
    ids.insert(named.grid->grid_id());
  }
  EXPECT_EQ(ids.size(), found.size());
}

}  // namespace
}  // namespace wangge::city
