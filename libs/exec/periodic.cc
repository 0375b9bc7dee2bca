#include "exec/periodic.h"

#include <sys/resource.h>

#include <utility>

namespace wangge::exec {

void GiveWay() { setpriority(PRIO_PROCESS, 0, 10); }

Periodic::Periodic(const std::string& name, absl::Duration interval,
                   std::function<bool()> task)
    : interval_(interval), task_(std::move(task)), thread_([this, name] {
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
    const bool more = task_();
    const auto deadline =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(interval_);
    MutexLock lock(&mutex_);
    while (!more && !poked_ && !stopping_) {
      if (!changed_.WaitUntil(&mutex_, deadline)) break;
    }
    if (stopping_) return;
    poked_ = false;
  }
}

}  // namespace wangge::exec
