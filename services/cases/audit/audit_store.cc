#include "services/cases/audit/audit_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

constexpr int kMaxRoots = 1000;

absl::StatusOr<StoredCase> ReadCase(const db::Rows& rows, int row) {
  StoredCase stored;
  stored.case_no = rows.Text(row, "case_no");
  // A row that cannot be read differs from what its events say, whatever it is.
  if (!stored.row.ParseFromString(rows.Bytes(row, "body"))) stored.row.Clear();
  stored.columns.version = rows.Int(row, "version");
  stored.columns.state = rows.Int(row, "state");
  stored.columns.district_code = rows.Text(row, "district_code");
  stored.columns.category_code = rows.Text(row, "category_code");
  stored.columns.street_grid_id = rows.Text(row, "street_grid_id");
  stored.columns.light = static_cast<common::v1::Light>(rows.Int(row, "light"));
  stored.columns.measures = rows.Text(row, "measures");
  stored.columns.lead_unit_id = rows.Text(row, "lead_unit_id");
  stored.columns.merge_spot = rows.Text(row, "merge_spot");
  stored.columns.needs_operator = rows.Bool(row, "needs_operator");
  if (!rows.Bool(row, "no_timer")) {
    stored.columns.next_timer = rows.TimeOfMicros(row, "next_timer_micros");
  }
  return stored;
}

}  // namespace

absl::StatusOr<std::vector<StoredCase>> AuditStore::Cases(
    const std::string& after, const std::string& case_no, int limit,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectCasesToAudit, {after, case_no, limit}, deadline));
  std::vector<StoredCase> cases;
  for (int row = 0; row < rows.size(); ++row) {
    if (cases.empty() || cases.back().case_no != rows.Text(row, "case_no")) {
      ASSIGN_OR_RETURN(StoredCase stored, ReadCase(rows, row));
      cases.push_back(std::move(stored));
    }
    v1::StoredEvent& event = cases.back().events.emplace_back();
    event.set_body(rows.Bytes(row, "event_body"));
    event.set_hash(rows.Bytes(row, "hash"));
  }
  return cases;
}

absl::StatusOr<std::vector<v1::StoredEvent>> AuditStore::StoredEvents(
    const std::string& case_no, std::vector<FeedCursor>* cursors,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCaseProof, {case_no}, deadline));
  std::vector<v1::StoredEvent> events(static_cast<size_t>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    auto& event = events[static_cast<size_t>(row)];
    event.set_body(rows.Bytes(row, "body"));
    event.set_hash(rows.Bytes(row, "hash"));
    cursors->push_back(CursorOf(rows, row));
  }
  return events;
}

absl::StatusOr<std::vector<EventHash>> AuditStore::Hashes(FeedCursor begin,
                                                          FeedCursor end,
                                                          int limit,
                                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectEventHashes,
                               {absl::StrCat(begin.xid), begin.position,
                                absl::StrCat(end.xid), end.position, limit},
                               deadline));
  std::vector<EventHash> hashes;
  for (int row = 0; row < rows.size(); ++row) {
    hashes.push_back(
        {CursorOf(rows, row, "xid", "position"), rows.Bytes(row, "hash")});
  }
  return hashes;
}

absl::StatusOr<std::vector<StoredRoot>> AuditStore::Roots(
    const std::string& first_day, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectDailyRoots,
                  {first_day.empty() ? "-infinity" : first_day, kMaxRoots},
                  deadline));
  std::vector<StoredRoot> roots;
  for (int row = 0; row < rows.size(); ++row) {
    StoredRoot& root = roots.emplace_back();
    root.begin = CursorOf(rows, row, "begin_xid", "begin_position");
    root.end = CursorOf(rows, row, "end_xid", "end_position");
    root.root.set_day(rows.Text(row, "day"));
    root.root.set_leaf_count(rows.Int(row, "leaf_count"));
    root.root.set_root(rows.Bytes(row, "root"));
    root.root.set_end_cursor(root.end.ToText());
  }
  return roots;
}

absl::StatusOr<StoredRoot> AuditStore::LastRoot(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectLastDailyRoot, {}, deadline));
  StoredRoot last;
  if (rows.empty()) return last;
  last.root.set_day(rows.Text(0, "day"));
  last.end = CursorOf(rows, 0, "end_xid", "end_position");
  return last;
}

absl::StatusOr<bool> AuditStore::KeepRoot(const StoredRoot& root,
                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kInsertDailyRoot,
                               {root.root.day(), root.root.leaf_count(),
                                db::Param::Bytes(root.root.root()),
                                absl::StrCat(root.end.xid), root.end.position},
                               deadline));
  return !rows.empty();
}

}  // namespace wangge::cases
