// Ends connections whose server has stopped answering. PostgreSQL ends a
// statement that runs too long by itself; a server that hangs, or a network
// that swallows everything, does not, and libpq waits for ever.
#pragma once

#include <map>
#include <thread>

#include "absl/time/time.h"
#include "base/mutex.h"

namespace wangge::db {

// Thread-safe.
class Watchdog {
 public:
  // `limit` is the longest that a wait for the server may take.
  explicit Watchdog(absl::Duration limit);
  // No Watch may be left.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // One wait for the server, over a socket that stays open meanwhile. When it
  // takes too long the socket is shut down, and the wait ends as if the server
  // had closed the connection.
  class Watch {
   public:
    Watch(Watchdog* watchdog, int socket);
    ~Watch();
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

   private:
    Watchdog& watchdog_;
    const int socket_;
  };

 private:
  void Run();

  const absl::Duration limit_;
  Mutex mutex_;
  CondVar stop_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  // Deadline of each socket, by the clock that is never set.
  std::map<int, std::chrono::steady_clock::time_point> ends_
      ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace wangge::db
