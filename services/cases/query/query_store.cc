#include "services/cases/query/query_store.h"

#include <utility>

#include "base/status_macros.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

const db::Statement& ListStatement(bool open, bool of_unit) {
  if (of_unit) return open ? sql::kListOpenCasesOfUnit : sql::kListCasesOfUnit;
  return open ? sql::kListOpenCases : sql::kListCases;
}

}  // namespace

absl::StatusOr<Events> QueryStore::Timeline(const std::string& case_no,
                                            absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectTimeline, {case_no}, deadline));
  return ParseAll<CaseEvent>(rows);
}

absl::StatusOr<std::vector<Case>> QueryStore::List(
    const v1::ListCasesRequest& filter, const ListPosition& position, int limit,
    absl::Time deadline) {
  db::Params params = {position.before_time,
                       position.before_case_no,
                       static_cast<int64_t>(filter.state()),
                       filter.lead_unit_id(),
                       filter.source_id(),
                       filter.needs_operator(),
                       limit};
  const bool open = filter.open() || filter.light() != 0;
  if (open) params.emplace_back(static_cast<int64_t>(filter.light()));
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(ListStatement(open, !filter.lead_unit_id().empty()), params,
                  deadline));
  return ParseAll<Case>(rows);
}

absl::StatusOr<std::optional<absl::Time>> QueryStore::FirstReceiveTime(
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectFirstReceiveTime, {}, deadline));
  if (rows.empty()) return std::nullopt;
  return rows.TimeOfMicros(0, "receive_micros");
}

}  // namespace wangge::cases
