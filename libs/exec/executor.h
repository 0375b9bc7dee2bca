// A fixed number of threads and a bounded queue: work is refused at once when
// it cannot be done soon. Our own because the queue of Boost.Asio's thread pool
// is unbounded.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "metrics/metrics.h"

namespace wangge::exec {

// Runs posted work. Thread-safe. The destructor drains.
class Executor {
 public:
  // `name` labels its metrics; `threads` >= 1; `max_queued` >= 0 is the work
  // that may wait besides what runs.
  Executor(const std::string& name, int threads, int max_queued);
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // False when the queue is full or Drain was called; then `work` is untouched
  // and never runs. Never blocks.
  bool TryPost(std::function<void()> work);

  // Refuses new work, runs what was accepted, and joins the threads.
  // Idempotent.
  void Drain();

 private:
  void Run();

  const size_t max_queued_;
  metrics::Gauge& queued_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> queue_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace wangge::exec
