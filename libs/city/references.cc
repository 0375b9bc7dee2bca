#include "city/references.h"

#include "absl/strings/str_cat.h"

namespace wangge::city {

void ForEachReference(const CityRow& row, const ReferenceVisitor& visit) {
  const auto name = [&](const char* kind, const std::string& id,
                        const char* role) {
    if (!id.empty()) visit(absl::StrCat(kind, "/", id), role);
  };
  switch (row.row_case()) {
    case CityRow::kGrid:
      name("grid", row.grid().parent_grid_id(), "parent");
      break;
    case CityRow::kUnit:
      name("unit", row.unit().parent_unit_id(), "superior");
      for (const std::string& grid_id : row.unit().jurisdiction_grid_ids()) {
        name("grid", grid_id, "jurisdiction");
      }
      break;
    case CityRow::kOfficer:
      name("unit", row.officer().unit_id(), "unit");
      name("grid", row.officer().grid_id(), "grid");
      break;
    case CityRow::kDutyShift:
      name("unit", row.duty_shift().unit_id(), "unit");
      name("officer", row.duty_shift().officer_id(), "officer");
      break;
    case CityRow::kCategory:
      name("category", row.category().parent_category_code(), "class");
      break;
    case CityRow::kRule:
      name("category", row.rule().category_code(), "category");
      name("grid", row.rule().grid_id(), "grid");
      name("function", row.rule().function(), "function");
      break;
    case CityRow::kAsset:
      name("category", row.asset().category_code(), "category");
      name("unit", row.asset().owner_unit_id(), "owner");
      name("unit", row.asset().maintainer_unit_id(), "maintainer");
      break;
    case CityRow::kPlace:
    case CityRow::kCalendarDay:
    case CityRow::ROW_NOT_SET:
      break;
  }
}

}  // namespace wangge::city
