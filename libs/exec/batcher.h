// Group commit: calls that come while others are being carried out are carried
// out together, so that a fixed cost (a round trip, a hop, a sync) is paid once
// per group. A single call is never delayed: it starts as soon as a lane is
// free.
#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>
#include <functional>
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

  // At most `lanes` groups run at a time, each of at most `max_group` items.
  // The threads are the callers'.
  Batcher(const std::string& name, int lanes, size_t max_group, Work work)
      : work_(std::move(work)),
        max_group_(max_group),
        free_lanes_(lanes),
        sizes_(metrics::GetCounts("batch_size", "Items carried out together.",
                                  {{"batcher", name}})) {}
  Batcher(const Batcher&) = delete;
  Batcher& operator=(const Batcher&) = delete;

  // Blocks until the item was carried out, perhaps by another caller's thread.
  absl::StatusOr<Out> Do(In item) {
    Waiter waiter(std::move(item));
    std::vector<Waiter*> group;
    {
      MutexLock lock(&mutex_);
      queue_.push_back(&waiter);
      // The caller at the head of the queue leads the next group.
      while (!waiter.done && !(free_lanes_ > 0 && queue_.front() == &waiter)) {
        waiter.woken.Wait(&mutex_);
      }
      if (waiter.done) return std::move(waiter.result);
      group = TakeGroup();
    }
    CarryOut(group);
    return std::move(waiter.result);
  }

 private:
  struct Waiter {
    explicit Waiter(In value) : item(std::move(value)) {}
    In item;
    absl::StatusOr<Out> result = absl::InternalError("not carried out");
    bool done = false;
    CondVar woken;
  };

  std::vector<Waiter*> TakeGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    --free_lanes_;
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(
                                          std::min(queue_.size(), max_group_));
    std::vector<Waiter*> group(queue_.begin(), end);
    queue_.erase(queue_.begin(), end);
    WakeNextLeader();
    return group;
  }

  void CarryOut(const std::vector<Waiter*>& group) {
    sizes_.Observe(static_cast<double>(group.size()));
    std::vector<In> items;
    items.reserve(group.size());
    for (Waiter* waiter : group) items.push_back(std::move(waiter->item));
    std::vector<absl::StatusOr<Out>> results = work_(std::move(items));
    MutexLock lock(&mutex_);
    for (size_t i = 0; i < group.size(); ++i) {
      group[i]->result = std::move(results[i]);
      group[i]->done = true;
      group[i]->woken.Signal();
    }
    ++free_lanes_;
    WakeNextLeader();
  }

  void WakeNextLeader() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (free_lanes_ > 0 && !queue_.empty()) queue_.front()->woken.Signal();
  }

  const Work work_;
  const size_t max_group_;
  Mutex mutex_;
  std::deque<Waiter*> queue_ ABSL_GUARDED_BY(mutex_);
  int free_lanes_ ABSL_GUARDED_BY(mutex_);
  metrics::Histogram& sizes_;
};

}  // namespace wangge::exec
