#include "city/city.h"

#include "base/clock.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A square of `size` degrees with its corner at (lat, lng), as a text proto.
std::string Square(double lat, double lng, double size) {
  const auto e7 = [](double v) { return absl::StrCat(std::lround(v * 1e7)); };
  return absl::StrCat("polygons { rings { coordinates_e7: [", e7(lng), ",",
                      e7(lat), ",", e7(lng + size), ",", e7(lat), ",",
                      e7(lng + size), ",", e7(lat + size), ",", e7(lng), ",",
                      e7(lat + size), "] } }");
}

RowMap SmallCity() {
  const std::string rows[] = {
      "grid { grid_id: 'c' grid_code: '1' name: '市' layer: "
      "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_CITY " +
          Square(34, 113, 1) + "}",
      "grid { grid_id: 'd' grid_code: '2' name: '金水区' parent_grid_id: 'c' "
      "layer: GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT " +
          Square(34, 113, 0.5) + "}",
      "grid { grid_id: 'p' grid_code: '3' name: '公园' layer: "
      "GRID_LAYER_DEDICATED level: GRID_LEVEL_COMMUNITY parent_grid_id: 'd' " +
          Square(34.1, 113.1, 0.1) + "}",
      "unit { unit_id: 'oc' name: '市城运中心' kind: "
      "UNIT_KIND_OPERATION_CENTRE "
      "level: UNIT_LEVEL_CITY function: 'operation_centre' "
      "jurisdiction_grid_ids: 'c' }",
      "unit { unit_id: 'od' name: '区城运中心' parent_unit_id: 'oc' kind: "
      "UNIT_KIND_OPERATION_CENTRE level: UNIT_LEVEL_DISTRICT "
      "function: 'operation_centre' jurisdiction_grid_ids: 'd' }",
      "unit { unit_id: 'ud' name: '区城管' parent_unit_id: 'od' kind: "
      "UNIT_KIND_DEPARTMENT level: UNIT_LEVEL_DISTRICT function: 'urban' "
      "jurisdiction_grid_ids: 'd' }",
      "officer { officer_id: 'a' name: '甲' unit_id: 'ud' }",
      "officer { officer_id: 'b' name: '乙' unit_id: 'ud' grid_id: 'd' }",
      "duty_shift { shift_id: 's1' unit_id: 'ud' officer_id: 'a' role: "
      "DUTY_ROLE_PRIMARY weekdays: [1,2,3,4,5] start_minute: 480 "
      "end_minute: 1200 }",
      "duty_shift { shift_id: 's2' unit_id: 'ud' officer_id: 'b' role: "
      "DUTY_ROLE_SUBSTITUTE weekdays: [1,2,3,4,5,6,7] start_minute: 1200 "
      "end_minute: 480 }",
      "category { category_code: 'road' name: '道路' kind: CATEGORY_KIND_ASSET "
      "handle_limit_minutes: 60 }",
      "category { category_code: 'road.hole' name: '坑洼' "
      "parent_category_code: 'road' kind: CATEGORY_KIND_ASSET "
      "handle_limit_minutes: 60 }",
      "rule { rule_id: 'r1' category_code: 'road' function: 'urban' "
      "role: RULE_ROLE_LEAD }",
      "rule { rule_id: 'r2' category_code: 'road.hole' grid_id: 'd' "
      "function: 'urban' role: RULE_ROLE_LEAD }",
      "place { place_id: 'pl' name: '开普西一区' latitude_e7: 342000000 "
      "longitude_e7: 1132000000 }",
  };
  RowMap map;
  for (const std::string& row : rows) AddRow(FromText<CityRow>(row), &map);
  return map;
}

std::shared_ptr<const City> Build() {
  auto city = City::Build({}, SmallCity());
  EXPECT_OK(city);
  return *city;
}

absl::Time At(int day, int hour) {  // Day 23 of November 2026 is a Monday.
  return absl::FromCivil(absl::CivilHour(2026, 11, day, hour), CityTimeZone());
}

TEST(CityTest, LocatesChainAndOverlays) {
  const auto city = Build();
  const Location inside = city->Locate({34.15, 113.15});
  ASSERT_EQ(inside.chain.size(), 2U);
  EXPECT_EQ(inside.chain.back()->grid_id(), "d");
  ASSERT_EQ(inside.overlays.size(), 1U);
  EXPECT_EQ(inside.overlays[0]->grid_id(), "p");
  EXPECT_EQ(city->Locate({34.8, 113.8}).chain.size(), 1U);
  EXPECT_THAT(city->Locate({36, 113}).chain, IsEmpty());
}

TEST(CityTest, NearestRulesComeFirst) {
  const auto city = Build();
  const auto rules = city->RulesFor(*city->FindCategory("road.hole"),
                                    city->Locate({34.2, 113.2}).chain);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0]->rule_id(), "r2");
  EXPECT_EQ(rules[1]->rule_id(), "r1");
}

TEST(CityTest, UnitsAndTheirSuperiors) {
  const auto city = Build();
  const auto chain = city->Locate({34.2, 113.2}).chain;
  const auto units =
      city->UnitsFor("urban", common::v1::UNIT_LEVEL_UNSPECIFIED, chain);
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0]->unit_id(), "ud");
  EXPECT_THAT(city->UnitsFor("urban", common::v1::UNIT_LEVEL_CITY, chain),
              IsEmpty());
  EXPECT_EQ(city->OperationCentreAt(chain).unit_id(), "od");
  EXPECT_EQ(city->OperationCentreAt({}).unit_id(), "oc");
  EXPECT_EQ(city->LowestCommonCentre({"ud", "oc"}).unit_id(), "oc");
  EXPECT_EQ(city->LowestCommonCentre({"ud"}).unit_id(), "od");
  EXPECT_EQ(city->DistrictOf(*units[0]), "d");
}

TEST(CityTest, DutyFallsToSubstituteThenToAnybody) {
  const auto city = Build();
  EXPECT_EQ(city->OfficerOnDuty("ud", At(23, 10)).officer->officer_id(), "a");
  const Duty night = city->OfficerOnDuty("ud", At(23, 23));
  EXPECT_EQ(night.officer->officer_id(), "b");
  EXPECT_TRUE(night.substitute);
  EXPECT_EQ(city->OfficerOnDuty("ud", At(24, 3)).officer->officer_id(), "b");
  // Saturday noon: no shift, so any officer of the unit.
  EXPECT_EQ(city->OfficerOnDuty("ud", At(28, 12)).officer->officer_id(), "a");
  EXPECT_EQ(city->OfficerOnDuty("oc", At(23, 10)).officer, nullptr);
}

TEST(CityTest, PlacesAndGridsAreFoundByName) {
  const auto city = Build();
  const auto places = city->FindPlaces("金水区诗圣大道开普西一区5号楼");
  ASSERT_EQ(places.size(), 2U);
  EXPECT_EQ(places[0].grid->grid_id(), "d");
  EXPECT_EQ(places[1].place->place_id(), "pl");
  EXPECT_EQ(places[1].chain.back()->grid_id(), "d");
}

TEST(CityTest, OfficersOfASubtree) {
  const auto city = Build();
  ASSERT_EQ(city->OfficersIn("c").size(), 1U);
  EXPECT_EQ(city->OfficersIn("c")[0]->officer_id(), "b");
  EXPECT_THAT(city->OfficersIn("p"), IsEmpty());
}

TEST(CityTest, FaultsAreNamedByRow) {
  const struct {
    const char* row;
    const char* problem;
  } cases[] = {
      {"unit { unit_id: 'ud' parent_unit_id: 'gone' kind: "
       "UNIT_KIND_DEPARTMENT function: 'urban' }",
       "unit/ud: its superior gone does not exist"},
      {"unit { unit_id: 'od' parent_unit_id: 'ud' kind: "
       "UNIT_KIND_OPERATION_CENTRE function: 'operation_centre' }",
       "is its own ancestor"},
      {"officer { officer_id: 'a' unit_id: 'gone' }",
       "officer/a: its unit gone does not exist"},
      {"grid { grid_id: 'd' grid_code: '1' parent_grid_id: 'c' layer: "
       "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT }",
       "shares the code 1 with grid/c"},
      {"grid { grid_id: 'd' grid_code: '2' parent_grid_id: 'c' layer: "
       "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_CITY }",
       "is not of a higher level"},
      {"rule { rule_id: 'r1' category_code: 'road' function: 'nobody' role: "
       "RULE_ROLE_LEAD }",
       "no unit has the function nobody"},
      {"place { place_id: 'pl' name: '远方' latitude_e7: 10 longitude_e7: 10 }",
       "place/pl: lies outside the city"},
      {"duty_shift { shift_id: 's1' unit_id: 'ud' officer_id: 'a' role: "
       "DUTY_ROLE_PRIMARY weekdays: [8] start_minute: 480 end_minute: 1200 }",
       "8 is not a weekday"},
      {"calendar_day { date: '2026-13-01' }", "is not a day"},
  };
  for (const auto& c : cases) {
    RowMap rows = SmallCity();
    AddRow(FromText<CityRow>(c.row), &rows);
    EXPECT_THAT(City::Build({}, rows),
                StatusIs(absl::StatusCode::kFailedPrecondition, c.problem));
  }
}

// Of a small boundary only the cells are looked at that it reaches into, of a
// large one all places.
TEST(CityTest, ABoundaryMustNotLeaveAPlaceOutside) {
  for (const double size : {0.05, 2.0}) {
    SCOPED_TRACE(size);
    const auto city_of = [&](double lat) {
      return FromText<CityRow>(
          "grid { grid_id: 'c' grid_code: '1' layer: GRID_LAYER_GOVERNANCE "
          "level: GRID_LEVEL_CITY " +
          Square(lat, 113, size) + "}");
    };
    // Near the southern end.
    const auto place_in = [&](double lat) {
      return FromText<CityRow>(absl::StrCat(
          "place { place_id: 'p' name: '门口' kind: 'gate' latitude_e7: ",
          std::lround((lat + size / 10) * 1e7),
          " longitude_e7: ", std::lround((113 + size / 2) * 1e7), " }"));
    };
    RowMap rows;
    AddRow(city_of(34), &rows);
    AddRow(FromText<CityRow>("unit { unit_id: 'oc' kind: "
                             "UNIT_KIND_OPERATION_CENTRE }"),
           &rows);
    AddRow(place_in(34), &rows);
    const auto city = City::Build({}, rows);
    ASSERT_OK(city);
    Changes changes;
    AddRow(city_of(34 + 1e-6), &changes.upserts);
    EXPECT_OK((*city)->With({}, changes));
    AddRow(city_of(34 + size / 2), &changes.upserts);
    EXPECT_THAT((*city)->With({}, changes),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "place/p: lies outside the city"));
    AddRow(place_in(34 + size / 2), &changes.upserts);
    EXPECT_OK((*city)->With({}, changes));
  }
}

TEST(CityTest, TheHashSeesEveryChange) {
  RowMap rows = SmallCity();
  const std::string before = ContentHash(rows);
  EXPECT_EQ(before, ContentHash(SmallCity()));
  AddRow(FromText<CityRow>("calendar_day { date: '2026-10-01' }"), &rows);
  EXPECT_NE(before, ContentHash(rows));
}

}  // namespace
}  // namespace wangge::city
