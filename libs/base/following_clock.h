// A clock that does not jump when the machine's clock is set.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/clock.h"

namespace wangge {

// What a clock goes by. All functions are thread-safe.
struct TimeSources {
  // A clock that others share, for example the database's.
  std::function<absl::StatusOr<absl::Time>()> shared;
  // This machine's clock, which somebody may set.
  std::function<absl::Time()> machine;
  // Since some moment; never set, goes on while the machine sleeps.
  std::function<absl::Duration()> uptime;
};
// With this machine's clocks.
TimeSources SystemTimeSources(
    std::function<absl::StatusOr<absl::Time>()> shared);

// The shared clock's time, carried on by the uptime between one Sync and the
// next. When the shared clock has jumped by more than a second, it is followed
// only if the machine's clock says the same: of three clocks, the two that
// agree are right. Thread-safe.
class FollowingClock : public Clock {
 public:
  explicit FollowingClock(TimeSources sources);

  // The machine's time until the first Sync.
  absl::Time Now() const override;
  // Errors: the shared clock's, and FAILED_PRECONDITION when it has jumped and
  // is not followed; the time goes on by the uptime then.
  absl::Status Sync();

 private:
  const TimeSources sources_;
  mutable Mutex mutex_;
  absl::Time base_ ABSL_GUARDED_BY(mutex_);  // The time when the uptime was 0.
  bool synced_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace wangge
