#include "exec/periodic.h"

#include <sys/resource.h>

#include <utility>

namespace wangge::exec {

void LowerThreadPriority() { setpriority(PRIO_PROCESS, 0, 10); }

Periodic::Periodic(const std::string& name, absl::Duration interval,
                   std::function<bool()> task, absl::Duration min_gap)
    : interval_(interval),
      min_gap_(min_gap),
      task_(std::move(task)),
      thread_([this, name] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        Run();
      }) {}

Periodic::~Periodic() { Stop(); }

void Periodic::Wake() {
  MutexLock lock(&mutex_);
  if (woken_) return;
  woken_ = true;
  changed_.Signal();
}

void Periodic::Stop() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void Periodic::Run() {
  while (true) {
    const auto begun = std::chrono::steady_clock::now();
    if (!task_()) Wait(begun);
    MutexLock lock(&mutex_);
    if (stopping_) return;
    woken_ = false;
  }
}

void Periodic::Wait(std::chrono::steady_clock::time_point begun) {
  const auto next =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(interval_);
  const auto earliest = begun + absl::ToChronoNanoseconds(min_gap_);
  MutexLock lock(&mutex_);
  while (!stopping_) {
    if (!changed_.WaitUntil(&mutex_, woken_ ? earliest : next)) return;
  }
}

}  // namespace wangge::exec
