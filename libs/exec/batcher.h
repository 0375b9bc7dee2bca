// Group commit: items that come while others are being carried out are carried
// out together, so that a fixed cost (a round trip, a hop, a sync) is paid once
// per group. A single item is never delayed: it starts as soon as a lane is
// free. Our own because no Debian package has one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/mutex.h"
#include "metrics/metrics.h"

namespace wangge::exec {

// Thread-safe. `In` is moved in, `Out` is moved out.
template <typename In, typename Out>
class Batcher {
 public:
  // Carries out a group: one result per item, in the same order.
  using Work =
      std::function<std::vector<absl::StatusOr<Out>>(std::vector<In> items)>;
  // Takes the result of an item, on a lane's thread; must not block.
  using Done = std::function<void(absl::StatusOr<Out>)>;

  // At most `lanes` groups run at a time, on a thread each, of at most
  // `max_group` items.
  Batcher(const std::string& name, int lanes, size_t max_group, Work work)
      : work_(std::move(work)),
        max_group_(max_group),
        sizes_(metrics::GetCounts("batch_size", "Items carried out together.",
                                  {{"batcher", name}})) {
    for (int i = 0; i < lanes; ++i) lanes_.emplace_back([this] { RunLane(); });
  }
  // Carries out what was added.
  ~Batcher() {
    {
      MutexLock lock(&mutex_);
      ending_ = true;
      changed_.SignalAll();
    }
    for (std::thread& lane : lanes_) lane.join();
  }
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Never blocks. `done` is called exactly once.
  void Add(In item, Done done) {
    MutexLock lock(&mutex_);
    queue_.push_back({std::move(item), std::move(done)});
    changed_.Signal();
  }

 private:
  struct Entry {
    In item;
    Done done;
  };

  void RunLane() {
    for (auto group = NextGroup(); !group.empty(); group = NextGroup()) {
      sizes_.Observe(static_cast<double>(group.size()));
      std::vector<In> items;
      items.reserve(group.size());
      for (Entry& entry : group) items.push_back(std::move(entry.item));
      std::vector<absl::StatusOr<Out>> results = work_(std::move(items));
      for (size_t i = 0; i < group.size(); ++i) {
        group[i].done(std::move(results[i]));
      }
    }
  }

  // Waits for items; empty when the batcher ends.
  std::vector<Entry> NextGroup() {
    MutexLock lock(&mutex_);
    while (queue_.empty() && !ending_) changed_.Wait(&mutex_);
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(
                                          std::min(queue_.size(), max_group_));
    std::vector<Entry> group(std::make_move_iterator(queue_.begin()),
                             std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    return group;
  }

  const Work work_;
  const size_t max_group_;
  metrics::Histogram& sizes_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> lanes_;
};

}  // namespace wangge::exec
