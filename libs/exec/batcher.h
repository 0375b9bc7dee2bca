// Group commit: items that come while others are being carried out are carried
// out together, so that a fixed cost (a round trip, a hop, a sync) is paid once
// per group. A single item is never delayed: it starts as soon as a lane is
// free. An item whose deadline passes before that is not carried out.
// Our own because no Debian package has one.
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
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "errors/errors.h"
#include "metrics/metrics.h"

namespace wangge::exec {

// Thread-safe. `In` is moved in, `Out` is moved out.
template <typename In, typename Out>
class Batcher {
 public:
  // Carries out a group before the deadline, the latest one of its items: one
  // result per item, in the same order.
  using Work = std::function<std::vector<absl::StatusOr<Out>>(
      std::vector<In> items, absl::Time deadline)>;
  // Takes the result of an item, on a lane's thread; must not block.
  using Done = std::function<void(absl::StatusOr<Out>)>;

  // At most `lanes` groups run at a time, on a thread each, of at most
  // `max_group` items, for at most `max_time`.
  Batcher(const std::string& name, int lanes, size_t max_group,
          absl::Duration max_time, Work work)
      : work_(std::move(work)),
        max_group_(max_group),
        max_time_(max_time),
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

  // Never blocks. `done` is called exactly once; with DEADLINE_EXCEEDED when
  // the deadline had passed before the item could begin.
  void Add(In item, absl::Time deadline, Done done) {
    MutexLock lock(&mutex_);
    queue_.push_back({std::move(item), deadline, std::move(done)});
    changed_.Signal();
  }

 private:
  struct Entry {
    In item;
    absl::Time deadline;
    Done done;
  };

  void RunLane() {
    for (auto group = NextGroup(); !group.empty(); group = NextGroup()) {
      const absl::Time now = absl::Now();
      AnswerLate(&group, now);
      if (!group.empty()) CarryOut(std::move(group), now);
    }
  }

  // Takes out of the group what is past its deadline.
  static void AnswerLate(std::vector<Entry>* group, absl::Time now) {
    const auto late = std::stable_partition(
        group->begin(), group->end(),
        [now](const Entry& e) { return e.deadline > now; });
    for (auto entry = late; entry != group->end(); ++entry) {
      entry->done(errors::DeadlineExceeded());
    }
    group->erase(late, group->end());
  }

  void CarryOut(std::vector<Entry> group, absl::Time now) {
    sizes_.Observe(static_cast<double>(group.size()));
    std::vector<In> items;
    items.reserve(group.size());
    absl::Time deadline = absl::InfinitePast();
    for (Entry& entry : group) {
      items.push_back(std::move(entry.item));
      deadline = std::max(deadline, entry.deadline);
    }
    std::vector<absl::StatusOr<Out>> results =
        work_(std::move(items), std::min(deadline, now + max_time_));
    for (size_t i = 0; i < group.size(); ++i) {
      group[i].done(std::move(results[i]));
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
  const absl::Duration max_time_;
  metrics::Histogram& sizes_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Entry> queue_ ABSL_GUARDED_BY(mutex_);
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> lanes_;
};

}  // namespace wangge::exec
