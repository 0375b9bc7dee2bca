// What the auditor and the proofs read of the tables of cases.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/cases/domain/columns.h"
#include "services/cases/feed/feed_cursor.h"

namespace wangge::cases {

// A case's row and its events, of one snapshot.
struct StoredCase {
  std::string case_no;
  Case row;  // The column `body`.
  std::vector<v1::StoredEvent> events;
  Columns columns;
};

// The hash of an event with its place in the feed.
struct EventHash {
  FeedCursor cursor;
  std::string hash;
};

// A day's root with the part of the feed it stands for: after `begin` up to
// `end`.
struct StoredRoot {
  v1::DailyRoot root;
  FeedCursor begin;
  FeedCursor end;
};

// Thread-safe.
class AuditStore {
 public:
  explicit AuditStore(db::Pool* pool) : pool_(*pool) {}

  // A page of cases after `after`, in order; only `case_no` unless empty.
  absl::StatusOr<std::vector<StoredCase>> Cases(const std::string& after,
                                                const std::string& case_no,
                                                int limit, absl::Time deadline);
  // Events as they are stored, with their places in the feed; empty when there
  // is no such case.
  absl::StatusOr<std::vector<v1::StoredEvent>> StoredEvents(
      const std::string& case_no, std::vector<FeedCursor>* cursors,
      absl::Time deadline);

  // The hashes of a part of the feed, in its order.
  absl::StatusOr<std::vector<EventHash>> Hashes(FeedCursor begin,
                                                FeedCursor end, int limit,
                                                absl::Time deadline);
  // Roots from a day (YYYY-MM-DD, empty for all) on, the oldest first, at most
  // 1,000.
  absl::StatusOr<std::vector<StoredRoot>> Roots(const std::string& first_day,
                                                absl::Time deadline);
  // The newest root; an empty day when there is none.
  absl::StatusOr<StoredRoot> LastRoot(absl::Time deadline);
  // False when the day had one already.
  absl::StatusOr<bool> KeepRoot(const StoredRoot& root, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
