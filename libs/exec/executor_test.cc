#include "exec/executor.h"

#include <atomic>
#include <future>

#include "exec/periodic.h"
#include "gtest/gtest.h"

namespace wangge::exec {
namespace {

TEST(ExecutorTest, RefusesWhenFullAndRunsWhatItAccepted) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> started;
  std::atomic<int> ran = 0;
  Executor executor("test", 1, 1);
  // The first may be queued before the thread is idle, so post until it runs.
  while (!executor.TryPost([&] {
    started.set_value();
    released.wait();
    ++ran;
  })) {
  }
  started.get_future().wait();
  EXPECT_TRUE(executor.TryPost([&] { ++ran; }));
  EXPECT_FALSE(executor.TryPost([&] { ran += 100; }));
  release.set_value();
  executor.Drain();
  EXPECT_EQ(ran, 2);
  EXPECT_FALSE(executor.TryPost([] {}));
}

TEST(PeriodicTest, RunsAgainAtOnceWhileThereIsMoreAndWhenPoked) {
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
  periodic.Poke();
  fourth.get_future().wait();
  periodic.Stop();
  EXPECT_EQ(runs, 4);
}

TEST(PeriodicTest, APokeIsHeededNoSoonerThanARestAfterTheLastRunBegan) {
  constexpr absl::Duration kRest = absl::Milliseconds(30);
  std::vector<absl::Time> begun;
  std::promise<void> second;
  Periodic* self = nullptr;
  std::promise<void> made;
  Periodic periodic(
      "test", absl::Hours(1),
      [&] {
        if (begun.empty()) made.get_future().wait();
        begun.push_back(absl::Now());
        if (begun.size() == 1) self->Poke();
        if (begun.size() == 2) second.set_value();
        return false;
      },
      kRest);
  self = &periodic;
  made.set_value();
  second.get_future().wait();
  periodic.Stop();
  ASSERT_EQ(begun.size(), 2U);
  EXPECT_GE(begun[1] - begun[0], kRest - absl::Milliseconds(1));
}

}  // namespace
}  // namespace wangge::exec
