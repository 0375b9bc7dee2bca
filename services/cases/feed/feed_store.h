// What the feeds read of the tables of cases, and how far sources have come.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/cases/feed/feed_cursor.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// An item of a feed with its position: a FeedEvent or a Feedback in the form in
// which it goes over the wire. It is read, handed round and not looked into.
struct FeedItem {
  FeedCursor cursor;
  std::string source_id;  // Feedback only.
  std::string bytes;
};

// Thread-safe.
class FeedStore {
 public:
  explicit FeedStore(db::Pool* pool) : pool_(*pool) {}

  absl::StatusOr<std::vector<FeedItem>> EventsAfter(FeedCursor cursor,
                                                    int limit,
                                                    absl::Time deadline);
  // Of all sources when `source_id` is empty.
  absl::StatusOr<std::vector<FeedItem>> FeedbackAfter(
      FeedCursor cursor, const std::string& source_id, int limit,
      absl::Time deadline);
  // The position that every later item comes after.
  absl::StatusOr<FeedCursor> FeedEnd(absl::Time deadline);
  // Records how far a source has read; never back. Answers how far it has.
  absl::StatusOr<std::string> Acknowledge(const std::string& source_id,
                                          const std::string& cursor,
                                          absl::Time deadline);
  // Empty when nothing was acknowledged yet.
  absl::StatusOr<std::string> Acknowledged(const std::string& source_id,
                                           absl::Time deadline);
  // What is owed to a source, or to all when it is empty.
  absl::StatusOr<v1::ListOwedFeedbackResponse> OwedFeedback(
      const std::string& source_id, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
