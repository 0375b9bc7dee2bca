#include "exec/periodic.h"

#include <sys/resource.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace wangge::exec {
namespace {

TEST(PeriodicTest, RunsAgainAtOnceWhileThereIsMoreAndWhenWoken) {
  std::atomic<int> runs = 0;
  std::promise<void> third;
  std::promise<void> fourth;
  Periodic periodic("test", absl::Hours(1), [&] {
    const int run = ++runs;
    if (run == 3) third.set_value();
    if (run == 4) fourth.set_value();
    return run < 3;
  });
  third.get_future().wait();
  periodic.Wake();
  fourth.get_future().wait();
  periodic.Stop();
  EXPECT_EQ(runs, 4);
}

TEST(PeriodicTest, RunsAtEveryInterval) {
  std::atomic<int> runs = 0;
  std::promise<void> third;
  Periodic periodic("test", absl::Milliseconds(5), [&] {
    if (++runs == 3) third.set_value();
    return false;
  });
  third.get_future().wait();  // For ever, if it ran only when woken.
}

TEST(PeriodicTest, WakesNoSoonerThanTheGapAfterTheLastRunBegan) {
  constexpr absl::Duration kGap = absl::Milliseconds(30);
  std::vector<absl::Time> begun;
  std::promise<void> second;
  Periodic* self = nullptr;
  std::promise<void> made;
  Periodic periodic(
      "test", absl::Hours(1),
      [&] {
        if (begun.empty()) made.get_future().wait();
        begun.push_back(absl::Now());
        if (begun.size() == 1) self->Wake();
        if (begun.size() == 2) second.set_value();
        return false;
      },
      kGap);
  self = &periodic;
  made.set_value();
  second.get_future().wait();
  periodic.Stop();
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_GE(begun[1] - begun[0], kGap - absl::Milliseconds(1));
}

TEST(PeriodicTest, OneRunServesAllCallsOfWakeBeforeIt) {
  std::atomic<int> runs = 0;
  std::promise<void> first_runs;
  std::promise<void> release;
  std::promise<void> second_runs;
  Periodic periodic("test", absl::Hours(1), [&] {
    if (++runs == 1) {
      first_runs.set_value();
      release.get_future().wait();
    } else if (runs == 2) {
      second_runs.set_value();
    }
    return false;
  });
  first_runs.get_future().wait();
  for (int i = 0; i < 100; ++i) periodic.Wake();
  release.set_value();
  second_runs.get_future().wait();
  periodic.Stop();
  EXPECT_EQ(runs, 2);
}

TEST(PeriodicTest, StopWaitsForTheRunningTaskAndEndsTheOthers) {
  std::promise<void> started;
  std::atomic<bool> ended = false;
  std::atomic<int> runs = 0;
  std::promise<void> release;
  Periodic periodic("test", absl::ZeroDuration(), [&] {
    if (++runs == 1) {
      started.set_value();
      release.get_future().wait();
      ended = true;
    }
    return false;
  });
  started.get_future().wait();
  std::thread stopper([&] {
    periodic.Stop();
    EXPECT_TRUE(ended);
  });
  release.set_value();
  stopper.join();
  const int runs_at_stop = runs;
  periodic.Wake();
  periodic.Stop();
  EXPECT_EQ(runs, runs_at_stop);
}

TEST(LowerThreadPriorityTest, LowersItForTheCallingThreadOnly) {
  const int before = getpriority(PRIO_PROCESS, 0);
  int there = 0;
  std::thread([&] {
    LowerThreadPriority();
    there = getpriority(PRIO_PROCESS, 0);
  }).join();
  EXPECT_EQ(there, 10);
  EXPECT_EQ(getpriority(PRIO_PROCESS, 0), before);
}

}  // namespace
}  // namespace wangge::exec
