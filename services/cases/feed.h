// Feeds that never skip: every reader has a cursor; readers at the tail share
// each page and its bytes, those behind read their own pages.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/mutex.h"
#include "errors/errors.h"
#include "exec/periodic.h"
#include "grpcpp/support/byte_buffer.h"
#include "metrics/metrics.h"
#include "rpc/stream.h"
#include "services/cases/store.h"

namespace wangge::cases {

// A reader's stream of serialized messages.
class FeedStream : public rpc::ServerStream<grpc::ByteBuffer> {
 public:
  static constexpr size_t kMaxOutbox = 64;  // Messages of a page each.

  FeedStream(std::string source_id, FeedCursor cursor)
      : rpc::ServerStream<grpc::ByteBuffer>(kMaxOutbox),
        source_id_(std::move(source_id)),
        cursor_(cursor) {}
  void Begin(const std::shared_ptr<FeedStream>& self) { KeepAlive(self); }
  // Moves the start; only before the stream is added to its feed.
  void Resume(FeedCursor cursor) { cursor_ = cursor; }

 private:
  template <typename>
  friend class Feed;

  const std::string source_id_;  // Empty: everything.
  // Guarded by the feed's mutex, or owned by the one catch-up task.
  FeedCursor cursor_;
  bool catching_up_ = false;
};

// Reads pages of `Item` and hands them to streams. Thread-safe.
template <typename Item>
class Feed {
 public:
  using Stream = FeedStream;
  using Page = std::vector<Positioned<Item>>;
  // Items after a cursor, of one source or of all (empty), oldest first.
  using Load = std::function<absl::StatusOr<Page>(
      FeedCursor cursor, const std::string& source_id, int limit)>;
  // Puts items into a message.
  using Pack = std::function<grpc::ByteBuffer(
      const std::vector<const Item*>& items, const std::string& cursor)>;

  Feed(const std::string& name, exec::Executor* executor, Load load, Pack pack)
      : executor_(*executor),
        load_(std::move(load)),
        pack_(std::move(pack)),
        readers_(metrics::GetGauge("feed_readers", "Open feed streams.",
                                   {{"feed", name}})) {}

  // Begins to read at `end`; call once, before any stream is added.
  void Start(const std::string& name, FeedCursor end) {
    tail_ = end;
    periodic_ = std::make_unique<exec::Periodic>(name, absl::Milliseconds(25),
                                                 [this] { return ReadTail(); });
  }

  // New items were committed.
  void Poke() {
    if (periodic_ != nullptr) periodic_->Poke();
  }

  // Adds a stream at its cursor, or at the end of the feed.
  void Add(const std::shared_ptr<Stream>& stream, bool at_end) {
    MutexLock lock(&mutex_);
    if (closed_) {
      stream->Close(rpc::NotServing());
      return;
    }
    streams_.push_back(stream);
    if (at_end) stream->cursor_ = tail_;
    if (stream->cursor_ < tail_) CatchUp(stream);
  }

  // Ends all streams and takes no more.
  void Close() {
    if (periodic_ != nullptr) periodic_->Stop();
    MutexLock lock(&mutex_);
    closed_ = true;
    for (const auto& weak : streams_) {
      if (const auto stream = weak.lock()) stream->Close(rpc::NotServing());
    }
  }

 private:
  static constexpr int kPage = 1000;

  // Reads the page after the tail and hands it round. True when there may be
  // more.
  bool ReadTail() {
    FeedCursor from;
    {
      MutexLock lock(&mutex_);
      std::erase_if(streams_, [](const auto& weak) { return weak.expired(); });
      readers_.Set(static_cast<double>(streams_.size()));
      from = tail_;
    }
    const auto page = load_(from, "", kPage);
    if (!page.ok()) return false;
    Shared shared;
    MutexLock lock(&mutex_);
    if (!page->empty()) tail_ = page->back().cursor;
    for (const auto& weak : streams_) {
      const auto stream = weak.lock();
      if (stream == nullptr || stream->catching_up_) continue;
      if (stream->cursor_ < from) {
        CatchUp(stream);
      } else if (!page->empty()) {
        SendShared(stream.get(), *page, &shared);
      }
    }
    return page->size() == kPage;
  }

  // A page as the readers of each source get it; absent when nothing of it is
  // for them.
  using Shared = std::map<std::string, std::optional<grpc::ByteBuffer>>;

  // SendTo for a stream that has seen nothing of the page, and for whom it may
  // have been packed already.
  void SendShared(Stream* stream, const Page& page, Shared* shared) {
    if (stream->cursor_ >= page.front().cursor) {
      SendTo(stream, page);
      return;
    }
    const auto [packed, fresh] = shared->try_emplace(stream->source_id_);
    if (fresh) packed->second = PackFor(*stream, page);
    if (packed->second && !stream->Send(*packed->second)) return;
    stream->cursor_ = page.back().cursor;
  }

  // What of the page lies after the stream's cursor and is for it.
  std::optional<grpc::ByteBuffer> PackFor(const Stream& stream,
                                          const Page& page) const {
    std::vector<const Item*> items;
    for (const auto& positioned : page) {
      if (positioned.cursor > stream.cursor_ &&
          (stream.source_id_.empty() ||
           stream.source_id_ == positioned.source_id)) {
        items.push_back(&positioned.item);
      }
    }
    if (items.empty()) return std::nullopt;
    return pack_(items, std::max(stream.cursor_, page.back().cursor).ToText());
  }

  // Sends what lies after the stream's cursor and is for it. False when the
  // stream has ended.
  bool SendTo(Stream* stream, const Page& page) {
    auto packed = PackFor(*stream, page);
    if (packed && !stream->Send(*std::move(packed))) return false;
    stream->cursor_ = std::max(stream->cursor_, page.back().cursor);
    return true;
  }

  void CatchUp(const std::shared_ptr<Stream>& stream)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    stream->catching_up_ =
        executor_.TryPost([this, stream] { ReadPagesFor(stream); });
    if (!stream->catching_up_) {
      stream->Close(errors::Overloaded(absl::Milliseconds(500)));
    }
  }

  // Reads pages for a stream that is behind, until it has reached the tail or
  // its outbox is filling; the next tick goes on then.
  void ReadPagesFor(const std::shared_ptr<Stream>& stream) {
    bool reading = true;
    while (reading && stream->outbox_size() < Stream::kMaxOutbox / 2) {
      FeedCursor seen;
      {
        MutexLock lock(&mutex_);
        seen = tail_;
      }
      const auto page = load_(stream->cursor_, stream->source_id_, kPage);
      if (!page.ok()) break;
      if (!page->empty() && !SendTo(stream.get(), *page)) break;
      if (page->size() == kPage) continue;
      // A page that is not full holds all that the tail had seen before, so
      // the stream stands there, also when nothing of it was for it.
      MutexLock lock(&mutex_);
      stream->cursor_ = std::max(stream->cursor_, seen);
      reading = stream->cursor_ < tail_;
      stream->catching_up_ = reading;
    }
    if (!reading) return;
    MutexLock lock(&mutex_);
    stream->catching_up_ = false;
  }

  exec::Executor& executor_;
  const Load load_;
  const Pack pack_;
  metrics::Gauge& readers_;
  Mutex mutex_;
  FeedCursor tail_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::weak_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<exec::Periodic> periodic_;
};

using EventFeed = Feed<v1::FeedEvent>;
using FeedbackFeed = Feed<v1::Feedback>;

// How items become messages.
grpc::ByteBuffer PackEvents(const std::vector<const v1::FeedEvent*>& items,
                            const std::string& cursor);
grpc::ByteBuffer PackFeedback(const std::vector<const v1::Feedback*>& items,
                              const std::string& cursor);

}  // namespace wangge::cases
