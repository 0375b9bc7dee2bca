// Hears that something was written, from whichever process.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "exec/periodic.h"

namespace wangge::db {

// Calls `heard` after a NOTIFY on a channel, on a thread of its own with a
// connection of its own. A hint only: one may get lost while the connection is
// made anew, so who listens must also look by itself from time to time.
class Listener {
 public:
  Listener(const std::string& dsn, const std::string& channel,
           std::function<void()> heard);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  // Listens until the connection breaks or the listener ends.
  bool Listen();

  const std::string dsn_;
  const std::string channel_;
  const std::function<void()> heard_;
  std::atomic<bool> stopping_ = false;
  exec::Periodic periodic_;  // Connects again after a second.
};

}  // namespace wangge::db
