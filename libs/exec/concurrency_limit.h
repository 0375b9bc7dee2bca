// An adaptive limit on the calls in flight. It follows from how long calls
// take, so that it need not be configured for a machine: beyond it calls would
// only wait for each other, and a client that is refused at once can retry or
// go elsewhere. A short stall, of a disk say, is no overload: at their usual
// rate calls are admitted beyond the limit for a grace period.
//
// Our own because no Debian package has one.
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
    int min_limit = 64;
    int initial_limit = 128;
    int max_limit = 1000;  // Also during a stall.
    absl::Duration grace = absl::Seconds(1);
    // What a call should take on average.
    absl::Duration target_latency = absl::Milliseconds(25);
  };

  // The limit is also the gauge `concurrency_limit`, with `name`.
  ConcurrencyLimit(const std::string& name, const Options& options);

  // Admits a call, or returns false to refuse it. Each admitted call ends with
  // Cancel or End.
  bool TryBegin(absl::Time now);
  // An admitted call was not carried out.
  void Cancel();
  // An admitted call ended at `now` and took `took`.
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
  // Calls that end in a second: a moving average.
  double rate_ ABSL_GUARDED_BY(mutex_);
  // Since when the limit has been exceeded, the usual rate then, and the calls
  // admitted beyond it; when the last one was refused.
  absl::Time over_since_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteFuture();
  double usual_rate_ ABSL_GUARDED_BY(mutex_) = 0;
  int excess_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Time refused_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  // Since the limit was last adjusted.
  absl::Time since_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int max_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  int ended_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration took_ ABSL_GUARDED_BY(mutex_);  // All that ended, together.
};

}  // namespace wangge::exec
