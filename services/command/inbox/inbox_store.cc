#include "services/command/inbox/inbox_store.h"

#include "base/status_macros.h"
#include "services/command/sql.h"

namespace wangge::command {

absl::StatusOr<bool> InboxStore::AddTasks(const TaskPage& page,
                                          const std::string& cursor_before,
                                          const std::string& cursor,
                                          absl::Time deadline) {
  db::TextArray origins, subjects, recipient_origins, recipient_ids;
  db::IntArray kinds;
  db::TimeArray report_times;
  db::BytesArray bodies;
  for (const Task& task : page.tasks) {
    origins.Add(task.origin);
    kinds.Add(task.delivery.kind());
    subjects.Add(task.delivery.subject_id());
    task.report_time ? report_times.Add(*task.report_time)
                     : report_times.AddNull();
    bodies.Add(task.delivery.SerializeAsString());
    for (const std::string& recipient_id : task.recipient_ids) {
      recipient_origins.Add(task.origin);
      recipient_ids.Add(recipient_id);
    }
  }
  db::TextArray ended;
  db::TimeArray end_times;
  db::IntArray all_kinds;
  for (const auto& [case_no, end] : page.ends) {
    ended.Add(case_no);
    end_times.Add(end.time);
    all_kinds.Add(end.all_kinds ? 1 : 0);
  }
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kInsertTasks,
                               {cursor_before, cursor, origins, kinds, subjects,
                                report_times, bodies, recipient_origins,
                                recipient_ids, ended, end_times, all_kinds},
                               deadline));
  // A statement that is repeated after a broken connection finds its own move.
  if (rows.Int(0, "moved") > 0) return true;
  ASSIGN_OR_RETURN(const std::string stored, CaseFeedCursor(deadline));
  return stored == cursor;
}

absl::StatusOr<int64_t> InboxStore::DeleteEndedTasks(absl::Time time, int limit,
                                                     absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kDeleteEndedTasks,
                                                    {time, limit}, deadline));
  return rows.Int(0, "deleted");
}

absl::StatusOr<std::string> InboxStore::CaseFeedCursor(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCaseFeedCursor, {}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

}  // namespace wangge::command
