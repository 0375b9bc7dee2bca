// One Merkle root a day over all events in feed order: whoever keeps the roots
// can prove later that nothing was changed, left out or put in.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "services/cases/audit/audit_store.h"

namespace wangge::cases {

// Thread-safe.
class DailyRoots {
 public:
  // The position in the feed that every later event comes after.
  using FeedEnd =
      std::function<absl::StatusOr<FeedCursor>(absl::Time deadline)>;

  // Every root made is also appended to `file`, `day leaves root` a line,
  // unless it is empty.
  DailyRoots(FeedEnd feed_end, AuditStore* store, std::string file)
      : feed_end_(std::move(feed_end)),
        store_(*store),
        file_(std::move(file)) {}

  // Makes the root of the day before `now`, Asia/Shanghai, unless it has one.
  // It stands for all events since the root before; also those of days on which
  // nobody made one.
  absl::Status MakeIfDue(absl::Time now);

  // Computes a day's root again.
  absl::StatusOr<v1::DailyRoot> Recompute(const StoredRoot& root);

  // Adds to each event the way to its day's root, where there is one. `cursors`
  // are their places in the feed; none is older than `oldest`.
  absl::Status AddProofs(const std::vector<FeedCursor>& cursors,
                         absl::Time oldest,
                         std::vector<v1::StoredEvent>* stored,
                         absl::Time deadline);

 private:
  const FeedEnd feed_end_;
  AuditStore& store_;
  const std::string file_;
};

}  // namespace wangge::cases
