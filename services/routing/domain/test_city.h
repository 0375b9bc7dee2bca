// A small city for tests of routing.
#pragma once

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "city/city.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::routing {

inline std::string Square(double lat, double lng, double size) {
  const auto e7 = [](double v) { return absl::StrCat(std::lround(v * 1e7)); };
  return absl::StrCat("polygons { rings { coordinates_e7: [", e7(lng), ",",
                      e7(lat), ",", e7(lng + size), ",", e7(lat), ",",
                      e7(lng + size), ",", e7(lat + size), ",", e7(lng), ",",
                      e7(lat + size), "] } }");
}

inline std::string GridRow(const std::string& id, const std::string& code,
                           const std::string& name, const std::string& parent,
                           const std::string& level,
                           const std::string& polygon) {
  return absl::StrCat("grid { grid_id: '", id, "' grid_code: '", code,
                      "' name: '", name, "' parent_grid_id: '", parent,
                      "' layer: GRID_LAYER_GOVERNANCE level: GRID_LEVEL_",
                      level, " ", polygon, "}");
}

// Two districts with a street each; both have a village 王庄村. `more` are rows
// beside them.
inline std::shared_ptr<const city::City> MakeCity(
    const std::vector<std::string>& more = {}) {
  city::RowMap rows;
  std::vector<std::string> texts = {
      GridRow("c", "410100", "郑州市", "", "CITY", Square(34, 113, 1)),
      GridRow("d1", "410105", "金水区", "c", "DISTRICT", Square(34, 113, 0.4)),
      GridRow("s1", "410105001", "南阳路街道", "d1", "STREET",
              Square(34, 113, 0.3)),
      GridRow("d2", "410122", "中牟县", "c", "DISTRICT",
              Square(34.5, 113.5, 0.4)),
      GridRow("s2", "410122001", "青年路街道", "d2", "STREET",
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
      std::string("officer { officer_id: 'o1' name: '李工' unit_id: 'h1' }"),
      std::string("category { category_code: 'heat' name: '供热' kind: "
                  "CATEGORY_KIND_INCIDENT keywords: '热力' keywords: "
                  "'暖气' handle_limit_minutes: 60 urgency: "
                  "URGENCY_URGENT }"),
      std::string("category { category_code: 'light' name: '路灯' kind: "
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
  };
  texts.insert(texts.end(), more.begin(), more.end());
  for (const std::string& row : texts) {
    city::AddRow(FromText<city::CityRow>(row), &rows);
  }
  auto city = city::City::Build({}, rows);
  EXPECT_OK(city);
  return *city;
}

}  // namespace wangge::routing
