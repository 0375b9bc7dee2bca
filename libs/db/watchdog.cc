#include "db/watchdog.h"

#include <sys/socket.h>

#include <chrono>

namespace wangge::db {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto kInterval = std::chrono::milliseconds(200);

}  // namespace

Watchdog::Watchdog(absl::Duration limit)
    : limit_(limit), thread_([this] { Run(); }) {}

Watchdog::~Watchdog() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    stop_.SignalAll();
  }
  thread_.join();
}

void Watchdog::Run() {
  MutexLock lock(&mutex_);
  while (!stopping_) {
    const auto now = SteadyClock::now();
    for (auto& [socket, end] : ends_) {
      // Under the mutex, so that it is still this connection's.
      if (end < now) shutdown(socket, SHUT_RDWR);
    }
    stop_.WaitUntil(&mutex_, now + kInterval);
  }
}

Watchdog::Watch::Watch(Watchdog* watchdog, int socket)
    : watchdog_(*watchdog), socket_(socket) {
  MutexLock lock(&watchdog_.mutex_);
  watchdog_.ends_[socket_] =
      SteadyClock::now() + absl::ToChronoNanoseconds(watchdog_.limit_);
}

Watchdog::Watch::~Watch() {
  MutexLock lock(&watchdog_.mutex_);
  watchdog_.ends_.erase(socket_);
}

}  // namespace wangge::db
