#include "services/routing/domain/route.h"

#include "city/folder.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::routing {
namespace {

using ::testing::ElementsAre;

std::string Square(double lat, double lng, double size) {
  const auto e7 = [](double v) { return absl::StrCat(std::lround(v * 1e7)); };
  return absl::StrCat("polygons { rings { coordinates_e7: [", e7(lng), ",",
                      e7(lat), ",", e7(lng + size), ",", e7(lat), ",",
                      e7(lng + size), ",", e7(lat + size), ",", e7(lng), ",",
                      e7(lat + size), "] } }");
}

std::string Grid(const std::string& id, const std::string& code,
                 const std::string& name, const std::string& parent,
                 const std::string& level, const std::string& polygon) {
  return absl::StrCat("grid { grid_id: '", id, "' grid_code: '", code,
                      "' name: '", name, "' parent_grid_id: '", parent,
                      "' layer: GRID_LAYER_GOVERNANCE level: GRID_LEVEL_",
                      level, " ", polygon, "}");
}

// Two districts with a street each; both have a village 王庄村.
std::shared_ptr<const city::City> MakeCity() {
  city::RowMap rows;
  for (const std::string& row : {
           Grid("c", "410100", "郑州市", "", "CITY", Square(34, 113, 1)),
           Grid("d1", "410105", "金水区", "c", "DISTRICT",
                Square(34, 113, 0.4)),
           Grid("s1", "410105001", "南阳路街道", "d1", "STREET",
                Square(34, 113, 0.3)),
           Grid("d2", "410122", "中牟县", "c", "DISTRICT",
                Square(34.5, 113.5, 0.4)),
           Grid("s2", "410122001", "青年路街道", "d2", "STREET",
                Square(34.5, 113.5, 0.3)),
           std::string("unit { unit_id: 'oc' name: '市城运中心' kind: "
                       "UNIT_KIND_OPERATION_CENTRE level: UNIT_LEVEL_CITY "
                       "function: 'operation_centre' jurisdiction_grid_ids: "
                       "'c' }"),
           std::string("unit { unit_id: 'os1' name: '街道城运中心' "
                       "parent_unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE "
                       "level: UNIT_LEVEL_STREET function: 'operation_centre' "
                       "jurisdiction_grid_ids: 's1' }"),
           std::string("unit { unit_id: 'h1' name: '金水热力' parent_unit_id: "
                       "'oc' kind: UNIT_KIND_UTILITY level: "
                       "UNIT_LEVEL_DISTRICT function: 'heating' "
                       "jurisdiction_grid_ids: 'd1' }"),
           std::string("unit { unit_id: 'team' name: '网格' parent_unit_id: "
                       "'os1' kind: UNIT_KIND_GRID_TEAM level: "
                       "UNIT_LEVEL_COMMUNITY function: 'team' "
                       "jurisdiction_grid_ids: 's1' }"),
           std::string("unit { unit_id: 'lift' name: '物业' parent_unit_id: "
                       "'os1' kind: UNIT_KIND_COMPANY level: "
                       "UNIT_LEVEL_STREET function: 'property' "
                       "jurisdiction_grid_ids: 's1' }"),
           std::string(
               "officer { officer_id: 'o1' name: '李工' unit_id: 'h1' }"),
           std::string("category { category_code: 'heat' name: '供热' kind: "
                       "CATEGORY_KIND_INCIDENT keywords: '热力' keywords: "
                       "'暖气' handle_limit_minutes: 60 urgency: "
                       "URGENCY_URGENT }"),
           std::string(
               "category { category_code: 'light' name: '路灯' kind: "
               "CATEGORY_KIND_ASSET keywords: '路灯' keywords: '灯不亮' "
               "handle_limit_minutes: 60 department_only: true }"),
           std::string("rule { rule_id: 'r1' category_code: 'heat' function: "
                       "'heating' role: RULE_ROLE_LEAD basis: '供热条例' }"),
           std::string("rule { rule_id: 'r2' category_code: 'heat' function: "
                       "'property' role: RULE_ROLE_CO_HANDLER }"),
           std::string("rule { rule_id: 'r3' category_code: 'light' function: "
                       "'team' role: RULE_ROLE_LEAD }"),
           std::string("place { place_id: 'p1' name: '开普西一区' latitude_e7: "
                       "341000000 longitude_e7: 1131000000 }"),
           std::string("place { place_id: 'v1' name: '王庄村' latitude_e7: "
                       "342000000 longitude_e7: 1132000000 }"),
           std::string("place { place_id: 'v2' name: '王庄村' latitude_e7: "
                       "346000000 longitude_e7: 1136000000 }"),
           std::string("asset { asset_id: 'a1' name: '路灯1' category_code: "
                       "'light' latitude_e7: 341500000 longitude_e7: "
                       "1131500000 }"),
       }) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  auto city = city::City::Build({}, rows);
  EXPECT_OK(city);
  return *city;
}

class RouteTest : public ::testing::Test {
 protected:
  static std::vector<text::Example> Examples() {
    std::vector<text::Example> examples;
    for (const std::string where : {"一号院", "二号院", "三号院"}) {
      examples.push_back({where + "暖气不热热力管道漏水", "heat"});
      examples.push_back({where + "路灯坏了灯不亮", "light"});
    }
    return examples;
  }

  RoutePlan Run(const std::string& matter) const {
    return Route(*city_, *model_,
                 FromText<Matter>(matter + " time { seconds: 1795400000 }"));
  }

  std::shared_ptr<const city::City> city_ = MakeCity();
  std::shared_ptr<const text::Classifier> model_ =
      *text::Classifier::Train(Examples());
};

TEST_F(RouteTest, AnAddressAloneFindsUnitAndOfficer) {
  const RoutePlan plan =
      Run("text: '3单元热力管道漏水' address: '诗圣大道开普西一区5号楼'");
  EXPECT_EQ(plan.disposition(), v1::DISPOSITION_AUTO);
  EXPECT_EQ(plan.category_code(), "heat");
  EXPECT_EQ(plan.place().method(), v1::PLACE_METHOD_WORDS);
  EXPECT_THAT(plan.place().grid_ids(), ElementsAre("c", "d1", "s1"));
  EXPECT_EQ(plan.district_code(), "410105");
  EXPECT_EQ(plan.lead().unit_id(), "h1");
  EXPECT_EQ(plan.lead().officer_id(), "o1");
  EXPECT_EQ(plan.lead().rule_id(), "r1");
  ASSERT_EQ(plan.co_handlers_size(), 1);
  EXPECT_EQ(plan.co_handlers(0).unit_id(), "lift");
  EXPECT_TRUE(plan.cross_department());
  EXPECT_TRUE(plan.cross_level());
  EXPECT_FALSE(plan.cross_region());
}

TEST_F(RouteTest, EqualNamesNeedAPersonUnlessTheDistrictIsNamed) {
  const RoutePlan unsure = Run("text: '暖气不热' address: '王庄村'");
  EXPECT_EQ(unsure.disposition(), v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(unsure.place_candidates_size(), 2);
  const RoutePlan sure = Run("text: '暖气不热' address: '中牟县王庄村'");
  EXPECT_EQ(sure.disposition(), v1::DISPOSITION_AUTO);
  EXPECT_EQ(sure.district_code(), "410122");
  const RoutePlan by_grid =
      Run("text: '暖气不热' address: '王庄村' reporter_grid_id: 's2'");
  EXPECT_EQ(by_grid.district_code(), "410122");
}

TEST_F(RouteTest, UnknownPlaceOrTextNeedsAPerson) {
  EXPECT_EQ(Run("text: '暖气不热'").operator_reason(), "the place is unknown");
  const RoutePlan nothing = Run("text: '' address: '开普西一区'");
  EXPECT_EQ(nothing.disposition(), v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(nothing.operator_reason(), "no category was recognised");
}

TEST_F(RouteTest, ExcludedUnitsGiveWayToTheTerritory) {
  const RoutePlan plan =
      Run("text: '暖气不热' address: '开普西一区' excluded_unit_ids: 'h1'");
  EXPECT_EQ(plan.lead().unit_id(), "os1");
  EXPECT_EQ(plan.lead().rule_id(), "territorial fallback");
}

TEST_F(RouteTest, DepartmentMattersAreNeverPushedDownToAGrid) {
  const RoutePlan plan = Run("text: '路灯不亮灯不亮' address: '开普西一区'");
  EXPECT_EQ(plan.category_code(), "light");
  EXPECT_EQ(plan.lead().unit_id(), "os1");
}

TEST_F(RouteTest, AnAssetWithoutOwnerIsConsulted) {
  const RoutePlan plan = Run(
      "text: '路灯灯不亮' point { latitude_deg: 34.15 longitude_deg: 113.15 "
      "coordinate_system: COORDINATE_SYSTEM_WGS84 }");
  EXPECT_EQ(plan.disposition(), v1::DISPOSITION_CONSULT);
}

TEST_F(RouteTest, TheSameInputsGiveTheSameBytes) {
  const std::string matter = "text: '暖气不热' address: '王庄村开普西一区'";
  EXPECT_EQ(Run(matter).SerializeAsString(), Run(matter).SerializeAsString());
}

}  // namespace
}  // namespace wangge::routing
