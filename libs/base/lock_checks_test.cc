#include "base/lock_checks.h"

#include <cstdlib>

#include "absl/synchronization/mutex.h"
#include "gtest/gtest.h"

namespace wangge {
namespace {

#ifndef __SANITIZE_THREAD__  // It would report these very locks itself.

// Two locks taken in both orders, one after the other: no deadlock, but what
// the checks end a process for.
void TakeInBothOrders() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  absl::Mutex first;
  absl::Mutex second;
  first.Lock();
  second.Lock();
  second.Unlock();
  first.Unlock();
  second.Lock();
  first.Lock();
  first.Unlock();
  second.Unlock();
}

TEST(LockChecksDeathTest, AreOnInDebiansAbseilUntilTheyAreSkipped) {
  EXPECT_DEATH(TakeInBothOrders(), "");
  EXPECT_EXIT(
      {
        SkipLockChecks();
        TakeInBothOrders();
        std::exit(0);
      },
      testing::ExitedWithCode(0), "");
}

#endif

}  // namespace
}  // namespace wangge
