#include "services/cases/domain/columns.h"

#include "absl/strings/str_cat.h"
#include "services/cases/domain/duplicate.h"
#include "services/cases/domain/limits.h"

namespace wangge::cases {

Columns ColumnsOf(const Case& c) {
  Columns columns;
  columns.version = c.version();
  columns.state = c.state();
  columns.district_code = c.district_code();
  columns.category_code = c.category_code();
  // From the city down: the district, then the street.
  if (c.grid_ids_size() > 2) columns.street_grid_id = c.grid_ids(2);
  if (const Assignment* lead = LeadOf(c)) {
    columns.lead_unit_id = lead->unit_id();
  }
  if (TakesDuplicates(c)) columns.merge_spot = c.merge_spot();
  columns.needs_operator = !c.operator_reason().empty();
  columns.light = FoundLight(c);
  columns.measures = ToText(MeasuresOf(c));
  columns.next_timer = NextTimer(c).value_or(absl::InfiniteFuture());
  return columns;
}

std::string Describe(const Columns& columns) {
  return absl::StrCat(
      "version ", columns.version, ", state ", columns.state, ", district ",
      columns.district_code, ", category ", columns.category_code, ", street ",
      columns.street_grid_id, ", lead ", columns.lead_unit_id, ", merge spot ",
      columns.merge_spot, ", needs operator ", columns.needs_operator,
      ", light ", columns.light, ", measures ", columns.measures, ", timer ",
      absl::ToUnixSeconds(columns.next_timer));
}

}  // namespace wangge::cases
