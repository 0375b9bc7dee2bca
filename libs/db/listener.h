// Notifications of other processes, by PostgreSQL's LISTEN and NOTIFY.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "exec/periodic.h"

namespace wangge::db {

// Calls `on_notify` after each NOTIFY on a channel, on its own thread and
// connection. Only a hint: a notification may be lost while the connection is
// re-established, so the user must poll from time to time as well.
class Listener {
 public:
  Listener(const std::string& dsn, const std::string& channel,
           std::function<void()> on_notify);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  // Listens until the connection breaks or the listener ends.
  bool Listen();

  const std::string dsn_;
  const std::string channel_;
  const std::function<void()> on_notify_;
  std::atomic<bool> stopping_ = false;
  exec::Periodic periodic_;  // Reconnects after a second.
};

}  // namespace wangge::db
