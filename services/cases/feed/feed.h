// Feeds that never skip: every reader has a cursor; readers at the tail share
// each page and its bytes, those behind read their own pages.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "exec/periodic.h"
#include "grpcpp/support/byte_buffer.h"
#include "metrics/metrics.h"
#include "rpc/stream.h"
#include "services/cases/feed/feed_store.h"

namespace wangge::cases {

// A reader's stream of serialized messages.
class FeedStream : public rpc::ServerStream<grpc::ByteBuffer> {
 public:
  static constexpr size_t kMaxOutbox = 64;  // Messages of a page each.

  FeedStream(std::string source_id, FeedCursor cursor)
      : rpc::ServerStream<grpc::ByteBuffer>(kMaxOutbox),
        source_id_(std::move(source_id)),
        cursor_(cursor) {}
  // Moves the start; only before the stream is added to its feed.
  void Resume(FeedCursor cursor) { cursor_ = cursor; }

 private:
  friend class Feed;

  const std::string source_id_;  // Empty: everything.
  // Guarded by the feed's mutex, or owned by the one catch-up task.
  FeedCursor cursor_;
  bool catching_up_ = false;
};

// Reads pages and hands them to streams. Thread-safe.
class Feed {
 public:
  using Page = std::vector<FeedItem>;
  // Items after a cursor, of one source or of all (empty), oldest first.
  using Load = std::function<absl::StatusOr<Page>(
      FeedCursor cursor, const std::string& source_id, int limit)>;
  // The message of items and the cursor after them, as bytes.
  using Pack = std::function<std::string(
      const std::vector<const FeedItem*>& items, const std::string& cursor)>;

  Feed(const std::string& name, exec::Executor* executor, Load load, Pack pack);

  // Begins to read at `end`; call once, before any stream is added.
  void Start(const std::string& name, FeedCursor end);

  // New items were committed.
  void Wake();

  // Adds a stream at its cursor, or at the end of the feed.
  void Add(const std::shared_ptr<FeedStream>& stream, bool at_end);

  // Ends all streams and takes no more.
  void Close();

 private:
  // A page as the readers of each source get it; absent when nothing of it is
  // for them.
  using Shared = std::map<std::string, std::optional<grpc::ByteBuffer>>;

  // Reads the page after the tail and hands it round. True when there may be
  // more.
  bool ReadTail();
  // SendTo for a stream that has seen nothing of the page, and for whom it may
  // have been packed already.
  void SendShared(FeedStream* stream, const Page& page, Shared* shared);
  // What of the page lies after the stream's cursor and is for it.
  std::optional<grpc::ByteBuffer> PackFor(const FeedStream& stream,
                                          const Page& page) const;
  // Sends what lies after the stream's cursor and is for it. False when the
  // stream has ended.
  bool SendTo(FeedStream* stream, const Page& page);
  void CatchUp(const std::shared_ptr<FeedStream>& stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Reads pages for a stream that is behind, until it has reached the tail or
  // its outbox is filling; the next tick goes on then.
  void ReadPagesFor(const std::shared_ptr<FeedStream>& stream);

  exec::Executor& executor_;
  const Load load_;
  const Pack pack_;
  metrics::Gauge& readers_;
  Mutex mutex_;
  FeedCursor tail_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<FeedStream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<exec::Periodic> periodic_;
};

// A WatchEventsResponse and a WatchFeedbackResponse of items.
std::string PackEvents(const std::vector<const FeedItem*>& items,
                       const std::string& cursor);
std::string PackFeedback(const std::vector<const FeedItem*>& items,
                         const std::string& cursor);

}  // namespace wangge::cases
