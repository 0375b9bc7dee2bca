// What came of the calls of a benchmark.
#pragma once

#include <cstdio>
#include <vector>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "grpcpp/support/status.h"
#include "tests/bench/bench.h"

namespace wangge::bench {

// Thread-safe.
class Outcome {
 public:
  // Of errors the first is shown.
  void Add(const grpc::Status& status, absl::Duration took) {
    MutexLock lock(&mutex_);
    if (!status.ok() && errors_++ == 0) {
      std::fprintf(stderr, "bench: %s\n", status.error_message().c_str());
    }
    milliseconds_.push_back(absl::ToDoubleMilliseconds(took));
  }
  size_t calls() {
    MutexLock lock(&mutex_);
    return milliseconds_.size();
  }
  size_t errors() {
    MutexLock lock(&mutex_);
    return errors_;
  }
  // The milliseconds below which a share of the calls took.
  double At(double share) {
    MutexLock lock(&mutex_);
    return Percentile(&milliseconds_, share);
  }

 private:
  Mutex mutex_;
  size_t errors_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<double> milliseconds_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::bench
