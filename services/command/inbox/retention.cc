#include "services/command/inbox/retention.h"

#include <algorithm>

#include "absl/flags/flag.h"

ABSL_FLAG(absl::Duration, keep_tasks, absl::Hours(24 * 365),
          "How long tasks and their receipts are kept after their case has "
          "ended or was dispatched anew, at least 24h.");

namespace wangge::command {
namespace {

constexpr absl::Duration kMinKept = absl::Hours(24);
constexpr absl::Duration kDeleteTime = absl::Seconds(20);
constexpr int kMaxDeleted = 1000;  // In one statement.

}  // namespace

bool DeleteOldTasks(InboxStore* store, absl::Time now) {
  const absl::Duration keep =
      std::max(absl::GetFlag(FLAGS_keep_tasks), kMinKept);
  const auto deleted = store->DeleteEndedTasks(now - keep, kMaxDeleted,
                                               absl::Now() + kDeleteTime);
  return deleted.value_or(0) == kMaxDeleted;
}

}  // namespace wangge::command
