// How many calls may be worked on at once so that none takes much longer than
// wanted: learned from how long they take, so that nobody needs to know the
// machine. More calls than that only wait for each other; whoever is told so at
// once can come again or go elsewhere. But a disk that stands still for a
// moment is no overload: those who come as usual may wait, for a while.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "metrics/metrics.h"

namespace wangge::exec {

// Thread-safe.
class ConcurrencyLimit {
 public:
  struct Options {
    int fewest = 64;
    int at_first = 128;
    int most = 1000;  // Also of those that wait for what stands still.
    absl::Duration patience = absl::Seconds(1);
    // What a call should take on average.
    absl::Duration wanted = absl::Milliseconds(25);
  };

  // The limit is also the gauge `concurrency_limit`, with `name`.
  ConcurrencyLimit(const std::string& name, const Options& options);

  // Whether one more may begin. Whoever is let in calls one of the others.
  bool TryBegin(absl::Time now);
  // One that was let in was not worked on.
  void Cancel();
  // One that was let in has ended at `now` and took `took`.
  void End(absl::Duration took, absl::Time now);

  int limit() const;

 private:
  bool MayExceed(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Set(double limit) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Learn(absl::Duration window) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  metrics::Gauge& gauge_;
  mutable Mutex mutex_;
  double limit_ ABSL_GUARDED_BY(mutex_) = 0;
  int in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  // How many end in a second, of late.
  double rate_ ABSL_GUARDED_BY(mutex_);
  // Since when the limit has been reached, what was usual then, and how many
  // were let in beyond it; when one was refused the last time.
  absl::Time over_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  double usual_rate_ ABSL_GUARDED_BY(mutex_) = 0;
  int beyond_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time refused_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Since the limit was looked at.
  absl::Time since_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int most_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int ended_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration took_ ABSL_GUARDED_BY(mutex_);  // All that ended, together.
};

}  // namespace wangge::exec
