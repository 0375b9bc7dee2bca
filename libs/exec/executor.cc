#include "exec/executor.h"

#include <utility>

namespace wangge::exec {

Executor::Executor(const std::string& name, int threads, int max_queued)
    : max_queued_(static_cast<size_t>(max_queued)),
      queued_(metrics::GetGauge("exec_queued", "Work that waits for a thread.",
                                {{"executor", name}})) {
  threads_.reserve(static_cast<size_t>(threads));
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() { Drain(); }

bool Executor::TryPost(std::function<void()> work) {
  {
    MutexLock lock(&mutex_);
    if (draining_ || queue_.size() >= max_queued_ + idle_) return false;
    queue_.push_back(std::move(work));
    queued_.Set(static_cast<double>(queue_.size()));
  }
  changed_.Signal();
  return true;
}

void Executor::Drain() {
  {
    MutexLock lock(&mutex_);
    draining_ = true;
  }
  changed_.SignalAll();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Executor::Run() {
  while (true) {
    std::function<void()> work;
    {
      MutexLock lock(&mutex_);
      ++idle_;
      while (queue_.empty() && !draining_) changed_.Wait(&mutex_);
      --idle_;
      if (queue_.empty()) return;
      work = std::move(queue_.front());
      queue_.pop_front();
      queued_.Set(static_cast<double>(queue_.size()));
    }
    work();
  }
}

}  // namespace wangge::exec
