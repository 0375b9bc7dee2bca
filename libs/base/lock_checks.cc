#include "base/lock_checks.h"

#include "absl/synchronization/mutex.h"

namespace wangge {

void SkipLockChecks() {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
}

}  // namespace wangge
