#include "exec/periodic.h"

#include <sys/resource.h>

#include <utility>

namespace wangge::exec {

void GiveWay() { setpriority(PRIO_PROCESS, 0, 10); }

Periodic::Periodic(const std::string& name, absl::Duration interval,
                   std::function<bool()> task, absl::Duration rest)
    : interval_(interval),
      rest_(rest),
      task_(std::move(task)),
      thread_([this, name] {
        pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
        Run();
      }) {}

Periodic::~Periodic() { Stop(); }

void Periodic::Poke() {
  MutexLock lock(&mutex_);
  if (poked_) return;
  poked_ = true;
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
    poked_ = false;
  }
}

void Periodic::Wait(std::chrono::steady_clock::time_point begun) {
  const auto next =
      std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(interval_);
  const auto rested = begun + absl::ToChronoNanoseconds(rest_);
  MutexLock lock(&mutex_);
  while (!stopping_) {
    if (!changed_.WaitUntil(&mutex_, poked_ ? rested : next)) return;
  }
}

}  // namespace wangge::exec
