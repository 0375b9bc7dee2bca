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
  if (const Assignment* lead = LeadOf(c)) {
    columns.lead_unit_id = lead->unit_id();
  }
  if (TakesDuplicates(c)) columns.merge_spot = c.merge_spot();
  columns.needs_operator = !c.operator_reason().empty();
  columns.next_timer = NextTimer(c).value_or(absl::InfiniteFuture());
  return columns;
}

std::string Describe(const Columns& columns) {
  return absl::StrCat("version ", columns.version, ", state ", columns.state,
                      ", district ", columns.district_code, ", category ",
                      columns.category_code, ", lead ", columns.lead_unit_id,
                      ", merge spot ", columns.merge_spot, ", needs operator ",
                      columns.needs_operator, ", timer ",
                      absl::ToUnixSeconds(columns.next_timer));
}

}  // namespace wangge::cases
