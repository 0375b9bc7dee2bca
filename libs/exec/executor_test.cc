#include "exec/executor.h"

#include <atomic>
#include <future>

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

TEST(ExecutorTest, DrainsOnceHoweverOftenItIsAsked) {
  std::atomic<int> ran = 0;
  Executor executor("test", 3, 100);
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(executor.TryPost([&] { ++ran; }));
  }
  executor.Drain();
  EXPECT_EQ(ran, 50);
  executor.Drain();
}

TEST(ExecutorTest, RunsAsManyAtOnceAsItHasThreads) {
  constexpr int kThreads = 3;
  Executor executor("test", kThreads, kThreads);
  std::atomic<int> waiting = 0;
  std::promise<void> all_wait;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  for (int i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(executor.TryPost([&] {
      if (++waiting == kThreads) all_wait.set_value();
      released.wait();
    }));
  }
  all_wait.get_future().wait();  // For ever, were there fewer threads.
  release.set_value();
  executor.Drain();
}

}  // namespace
}  // namespace wangge::exec
