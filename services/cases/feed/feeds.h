// The room of what leaves: the feed of events and what sources are told.
#pragma once

#include <vector>

#include "exec/executor.h"
#include "rpc/rows.h"
#include "services/cases/feed/feed.h"
#include "services/cases/feed/feed_store.h"

namespace wangge::cases {

// Thread-safe.
class Feeds {
 public:
  // Both must outlive it.
  Feeds(FeedStore* store, const rpc::Runtime* runtime);

  // Begins to read at the end of both feeds; call once.
  absl::Status Start();
  // Ends all streams. Idempotent.
  void Stop();
  // Something was committed.
  void Wake();

  FeedStore& store() { return store_; }
  Feed& events() { return events_; }
  Feed& feedback() { return feedback_; }
  exec::Executor& executor() { return executor_; }
  const rpc::Runtime& runtime() const { return runtime_; }

 private:
  FeedStore& store_;
  const rpc::Runtime& runtime_;
  exec::Executor executor_;
  Feed events_;
  Feed feedback_;
};

// Rows of CaseService.
std::vector<rpc::Row> FeedRows(Feeds* feeds);

}  // namespace wangge::cases
