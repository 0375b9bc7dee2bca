// Tasks that were made of the feed of cases.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/command/domain/task.h"

namespace wangge::command {

// Thread-safe.
class InboxStore {
 public:
  explicit InboxStore(db::Pool* pool) : pool_(*pool) {}

  // Makes and ends tasks and moves the cursor of the cases feed from
  // `cursor_before` to `cursor`, in one statement. False, and nothing is
  // changed, when another process has moved it.
  absl::StatusOr<bool> AddTasks(const TaskPage& page,
                                const std::string& cursor_before,
                                const std::string& cursor, absl::Time deadline);
  // Deletes at most `limit` tasks that ended before `time`, with their
  // receipts; returns how many.
  absl::StatusOr<int64_t> DeleteEndedTasks(absl::Time time, int limit,
                                           absl::Time deadline);
  // Empty when nothing was read yet.
  absl::StatusOr<std::string> CaseFeedCursor(absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::command
