// Background work: one thread, one task, again and again.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace wangge::exec {

// The calling thread, and those that it starts from now on, run only on
// processor time that others leave.
void GiveWay();

// Calls `task` every `interval`, and at once after Poke. The task says whether
// to run again without waiting (there was more to do). Thread-safe.
class Periodic {
 public:
  // A poke is heeded no sooner than `rest` after the last run began: so many
  // that follow each other closely are done together.
  Periodic(const std::string& name, absl::Duration interval,
           std::function<bool()> task,
           absl::Duration rest = absl::ZeroDuration());
  // Waits for a running task.
  ~Periodic();
  Periodic(const Periodic&) = delete;
  Periodic& operator=(const Periodic&) = delete;

  // Runs the task soon, without waiting for the interval.
  void Poke();
  // No further run begins; a running one is waited for. Idempotent.
  void Stop();

 private:
  void Run();

  // Waits until it is time for the next run, or to stop.
  void Wait(std::chrono::steady_clock::time_point begun);

  const absl::Duration interval_;
  const absl::Duration rest_;
  const std::function<bool()> task_;
  Mutex mutex_;
  CondVar changed_;
  bool poked_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wangge::exec
