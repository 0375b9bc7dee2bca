// How many analyses of a whole city may run at once: each works on all cores
// for seconds, beside the calls that a report waits for.
#pragma once

#include <atomic>
#include <memory>

#include "absl/time/time.h"

namespace wangge::routing {

// When to come again when no slot is free.
inline constexpr absl::Duration kAnalysisRetryDelay = absl::Seconds(5);

// Thread-safe. Must outlive the slots it gives.
class AnalysisSlots {
 public:
  explicit AnalysisSlots(int count) : free_(count) {}

  // Held as long as the pointer lives; null when none is free.
  std::shared_ptr<void> TryTake() {
    if (--free_ >= 0) {
      return {this, [](AnalysisSlots* slots) { ++slots->free_; }};
    }
    ++free_;
    return nullptr;
  }

 private:
  std::atomic<int> free_;
};

}  // namespace wangge::routing
