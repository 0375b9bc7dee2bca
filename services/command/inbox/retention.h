// Tasks are kept for a while after they have ended.
#pragma once

#include "absl/time/time.h"
#include "services/command/inbox/inbox_store.h"

namespace wangge::command {

// Deletes some of the tasks that ended longer than --keep_tasks before `now`,
// with their receipts. True when there may be more.
bool DeleteOldTasks(InboxStore* store, absl::Time now);

}  // namespace wangge::command
