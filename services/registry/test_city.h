// A small city for tests: a west and an east half, a department in each.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"
#include "testing/proto.h"

namespace wangge::registry {

inline constexpr char kCityGrid[] =
    "grid { grid_id: 'c' grid_code: '1' name: '市' layer: "
    "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_CITY polygons { rings { "
    "coordinates_e7: [1130000000,340000000,1130100000,340000000,1130100000,"
    "340100000,1130000000,340100000] } } }";
// The halves leave neither gap nor overlap.
inline constexpr char kWest[] =
    "grid { grid_id: 'w' grid_code: '2' name: '西区' layer: "
    "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT parent_grid_id: 'c' "
    "polygons { rings { coordinates_e7: [1130000000,340000000,1130050000,"
    "340000000,1130050000,340100000,1130000000,340100000] } } }";
inline constexpr char kEast[] =
    "grid { grid_id: 'e' grid_code: '3' name: '东区' layer: "
    "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT parent_grid_id: 'c' "
    "polygons { rings { coordinates_e7: [1130050000,340000000,1130100000,"
    "340000000,1130100000,340100000,1130050000,340100000] } } }";
// The east half, smaller by a tenth.
inline constexpr char kSmallerEast[] =
    "grid { grid_id: 'e' grid_code: '3' name: '东区' layer: "
    "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT parent_grid_id: 'c' "
    "polygons { rings { coordinates_e7: [1130060000,340000000,1130100000,"
    "340000000,1130100000,340100000,1130060000,340100000] } } }";

// The rows of the city, with others added or in place of those of the same id.
inline city::RowMap TestRows(const std::vector<std::string>& extra) {
  city::RowMap rows;
  for (const char* row :
       {kCityGrid, kWest, kEast,
        "unit { unit_id: 'oc' name: '城运' kind: UNIT_KIND_OPERATION_CENTRE "
        "function: 'operation_centre' jurisdiction_grid_ids: 'c' }",
        "unit { unit_id: 'uw' name: '西区城管' parent_unit_id: 'oc' kind: "
        "UNIT_KIND_DEPARTMENT function: 'urban' jurisdiction_grid_ids: 'w' }",
        "unit { unit_id: 'ue' name: '东区城管' parent_unit_id: 'oc' kind: "
        "UNIT_KIND_DEPARTMENT function: 'urban' jurisdiction_grid_ids: 'e' }",
        "officer { officer_id: 'o' name: '甲' unit_id: 'oc' }",
        "officer { officer_id: 'ow' name: '乙' unit_id: 'uw' }",
        "officer { officer_id: 'oe' name: '丙' unit_id: 'ue' }",
        "category { category_code: 'road' name: '道路' kind: "
        "CATEGORY_KIND_INCIDENT handle_limit_minutes: 60 }",
        "rule { rule_id: 'r' category_code: 'road' function: 'urban' role: "
        "RULE_ROLE_LEAD }"}) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  for (const auto& row : extra) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  return rows;
}

}  // namespace wangge::registry
