// Streams of counts that grow: each is counted once for everybody who watches
// it, and a watcher gets it when it has changed.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "exec/periodic.h"
#include "rpc/stream.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::command {

// Thread-safe.
template <typename MessageT>
class ProgressWatch {
 public:
  // What is watched: an instruction, broken down to a level.
  using Key = std::pair<std::string, common::v1::GridLevel>;
  struct Progress {
    MessageT message;
    bool last = false;  // It cannot change any more.
  };
  using Count = std::function<absl::StatusOr<Progress>(const Key& key)>;

  // A slow watcher misses counts in between.
  static constexpr size_t kMaxUnsent = 2;

  class Stream final : public rpc::ServerStream<MessageT> {
   public:
    Stream() : rpc::ServerStream<MessageT>(kMaxUnsent + 1) {}
  };

  ProgressWatch(const std::string& name, Count count)
      : count_(std::move(count)),
        periodic_(name, kInterval, [this] { return CountAll(); }) {}

  // A stream that watches from now on, until the last count, an error of
  // counting, or Close.
  std::shared_ptr<Stream> Watch(const Key& key) {
    auto stream = std::make_shared<Stream>();
    {
      MutexLock lock(&mutex_);
      if (closed_.ok()) {
        watchers_[key].push_back({stream, ""});
      } else {
        stream->Close(closed_);
      }
    }
    periodic_.Wake();
    return stream;
  }

  // Ends all streams, and those that come later, with an error.
  void Close(const absl::Status& status) {
    periodic_.Stop();
    MutexLock lock(&mutex_);
    closed_ = status;
    for (const auto& [key, watchers] : watchers_) {
      for (const Watcher& watcher : watchers) {
        if (auto stream = watcher.stream.lock()) stream->Close(status);
      }
    }
    watchers_.clear();
  }

 private:
  static constexpr absl::Duration kInterval = absl::Milliseconds(250);

  struct Watcher {
    std::weak_ptr<Stream> stream;
    std::string seen;  // The message it got last, serialized.
  };

  bool CountAll() {
    const absl::Time begin = absl::Now();
    if (begin < next_) return false;
    std::vector<Key> keys;
    {
      MutexLock lock(&mutex_);
      for (const auto& [key, watchers] : watchers_) keys.push_back(key);
    }
    for (const Key& key : keys) {
      // Without the lock: it may take a while.
      SendToAll(key, count_(key));
    }
    // Counting a large audience must not become all that the database does.
    next_ = absl::Now() + (absl::Now() - begin);
    return false;
  }

  void SendToAll(const Key& key, const absl::StatusOr<Progress>& progress) {
    MutexLock lock(&mutex_);
    std::vector<Watcher>& watchers = watchers_[key];
    const std::string bytes =
        progress.ok() ? progress->message.SerializeAsString() : "";
    watchers.erase(std::remove_if(watchers.begin(), watchers.end(),
                                  [&](Watcher& watcher) {
                                    return !Send(&watcher, progress, bytes);
                                  }),
                   watchers.end());
    if (watchers.empty()) watchers_.erase(key);
  }

  // False when the watcher is gone, or this was the last for it.
  static bool Send(Watcher* watcher, const absl::StatusOr<Progress>& progress,
                   const std::string& bytes) {
    const std::shared_ptr<Stream> stream = watcher->stream.lock();
    if (stream == nullptr) return false;
    if (!progress.ok()) {
      stream->Close(progress.status());
      return false;
    }
    if (!progress->last && stream->outbox_size() >= kMaxUnsent) return true;
    if (watcher->seen != bytes || progress->last) {
      watcher->seen = bytes;
      if (!stream->Send(progress->message)) return false;
    }
    if (progress->last) stream->Close(absl::OkStatus());
    return !progress->last;
  }

  const Count count_;
  absl::Time next_;  // Of the counting thread.
  Mutex mutex_;
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  std::map<Key, std::vector<Watcher>> watchers_ ABSL_GUARDED_BY(mutex_);
  exec::Periodic periodic_;
};

}  // namespace wangge::command
