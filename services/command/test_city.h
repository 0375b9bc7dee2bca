// A city for tests: one chain of grids from the city down to two micro-grids,
// with the units and people that serve it.
#pragma once

#include <memory>
#include <string>

#include "city/city.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {

inline void AddGridRow(const std::string& id, const std::string& parent,
                       const std::string& level, const std::string& more,
                       city::RowMap* rows) {
  city::AddRow(FromText<city::CityRow>(
                   "grid { grid_id: '" + id + "' grid_code: '" + id +
                   "' name: '" + id + " name' parent_grid_id: '" + parent +
                   "' level: GRID_LEVEL_" + level + " " + more +
                   " polygons { rings { coordinates_e7: [1130000000,340000000,"
                   "1140000000,340000000,1140000000,350000000] } } }"),
               rows);
}

// Grids c > d > s > k > p > m1 (60 households) and m2 (50); police grid j of s.
// Centres oc, od, os; team of k; market of s; station of s. `desk` is on duty
// at os, `clerk` in the team; all others by their names.
inline city::RowMap TestCityRows() {
  city::RowMap rows;
  const std::string ours = "layer: GRID_LAYER_GOVERNANCE";
  AddGridRow("c", "", "CITY", ours, &rows);
  AddGridRow("d", "c", "DISTRICT", ours, &rows);
  AddGridRow("s", "d", "STREET", ours, &rows);
  AddGridRow("k", "s", "COMMUNITY", ours, &rows);
  AddGridRow("p", "k", "COMPOUND", ours, &rows);
  AddGridRow("m1", "p", "MICRO", ours + " household_count: 60", &rows);
  AddGridRow("m2", "p", "MICRO", ours + " household_count: 50", &rows);
  AddGridRow("j", "s", "COMMUNITY", "layer: GRID_LAYER_POLICE", &rows);
  for (const char* row :
       {"unit { unit_id: 'oc' kind: UNIT_KIND_OPERATION_CENTRE "
        "jurisdiction_grid_ids: 'c' }",
        "unit { unit_id: 'od' parent_unit_id: 'oc' "
        "kind: UNIT_KIND_OPERATION_CENTRE jurisdiction_grid_ids: 'd' }",
        "unit { unit_id: 'os' parent_unit_id: 'od' "
        "kind: UNIT_KIND_OPERATION_CENTRE jurisdiction_grid_ids: 's' }",
        "unit { unit_id: 'team' parent_unit_id: 'os' kind: UNIT_KIND_GRID_TEAM "
        "function: 'grid_team' jurisdiction_grid_ids: 'k' }",
        "unit { unit_id: 'market' parent_unit_id: 'os' "
        "kind: UNIT_KIND_DEPARTMENT function: 'market_supervision' "
        "jurisdiction_grid_ids: 's' }",
        "unit { unit_id: 'station' parent_unit_id: 'oc' kind: UNIT_KIND_POLICE "
        "function: 'police_station' jurisdiction_grid_ids: 's' }",
        "officer { officer_id: 'mayor' unit_id: 'oc' posts: 'dispatcher' }",
        "officer { officer_id: 'deputy' unit_id: 'oc' posts: 'dispatcher' }",
        "officer { officer_id: 'chief' unit_id: 'od' posts: 'dispatcher' }",
        "officer { officer_id: 'desk' unit_id: 'os' posts: 'dispatcher' }",
        "officer { officer_id: 'clerk' unit_id: 'team' }",
        "officer { officer_id: 'leader' unit_id: 'team' grid_id: 'k' "
        "posts: 'grid_leader' }",
        "officer { officer_id: 'worker' unit_id: 'team' grid_id: 'p' "
        "posts: 'grid_leader' posts: 'grid_worker' }",
        "officer { officer_id: 'one' name: '一号' unit_id: 'team' "
        "grid_id: 'm1' posts: 'micro_grid_leader' }",
        "officer { officer_id: 'two' name: '二号' unit_id: 'team' "
        "grid_id: 'm2' posts: 'micro_grid_leader' }",
        "officer { officer_id: 'inspector' unit_id: 'market' }",
        "officer { officer_id: 'police' unit_id: 'station' grid_id: 'j' "
        "posts: 'grid_police' }",
        "duty_shift { shift_id: 'w1' unit_id: 'os' officer_id: 'desk' "
        "role: DUTY_ROLE_PRIMARY weekdays: [1,2,3,4,5,6,7] start_minute: 0 "
        "end_minute: 1440 }",
        "duty_shift { shift_id: 'w2' unit_id: 'team' officer_id: 'clerk' "
        "role: DUTY_ROLE_PRIMARY weekdays: [1,2,3,4,5,6,7] start_minute: 0 "
        "end_minute: 1440 }"}) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  return rows;
}

inline registry::v1::CityVersion TestCityVersion() {
  registry::v1::CityVersion version;
  version.set_version(7);
  return version;
}

inline std::shared_ptr<const city::City> TestCity() {
  auto city = city::City::Build(TestCityVersion(), TestCityRows());
  EXPECT_OK(city);
  return city.ok() ? *city : nullptr;
}

}  // namespace wangge::command
