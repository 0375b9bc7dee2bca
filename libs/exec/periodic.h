// Background work: one thread, one task, again and again.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace wangge::exec {

// Lowers the priority of the calling thread and of the threads that it starts
// from now on: they get the processor time that others leave.
void LowerThreadPriority();

// Calls `task` every `interval`, and at once after Wake. The task returns true
// to run again without waiting, because there is more to do. Thread-safe.
class Periodic {
 public:
  // After Wake the task runs no sooner than `min_gap` after the last run began,
  // so that one run serves many calls of Wake. The first run begins at once.
  Periodic(const std::string& name, absl::Duration interval,
           std::function<bool()> task,
           absl::Duration min_gap = absl::ZeroDuration());
  // Waits for a running task.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  // Runs the task soon, without waiting for the interval.
  void Wake();
  // No further run begins; a running one is waited for. Idempotent.
  void Stop();

 private:
  void Run();

  // Waits until it is time for the next run, or to stop.
  void Wait(std::chrono::steady_clock::time_point begun);

  const absl::Duration interval_;
  const absl::Duration min_gap_;
  const std::function<bool()> task_;
  Mutex mutex_;
  CondVar changed_;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wangge::exec
