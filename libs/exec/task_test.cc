#include "exec/task.h"

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wangge::exec {
namespace {

Task<int> Return(int value) { co_return value; }

Task<int> Throw() {
  throw std::runtime_error("fault");
  co_return 0;
}

// Calls back from threads that live as long as it.
class Elsewhere {
 public:
  ~Elsewhere() {
    MutexLock lock(&mutex_);
    for (std::thread& thread : threads_) thread.join();
  }
  Task<int> Twice(int value) {
    const auto doubled = co_await Callback<int>([&](auto done) {
      // The new thread may go on to the next one before this one is stored.
      MutexLock lock(&mutex_);
      threads_.emplace_back([value, done] { done(2 * value); });
    });
    co_return doubled;
  }

 private:
  Mutex mutex_;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

Task<int> Sum(Elsewhere* elsewhere, std::vector<int> values) {
  int sum = 0;
  for (const int value : values) sum += co_await elsewhere->Twice(value);
  co_return sum;
}

Task<std::string> Caught() {
  std::string what = "nothing";
  try {
    co_await Throw();
  } catch (const std::exception& fault) {
    what = fault.what();
  }
  co_return what;
}

TEST(TaskTest, HandsOnItsResult) { EXPECT_EQ(Wait(Return(7)), 7); }

TEST(TaskTest, AwaitsOneAfterTheOtherWhatEndsOnOtherThreads) {
  Elsewhere elsewhere;
  EXPECT_EQ(Wait(Sum(&elsewhere, {1, 2, 3})), 12);
}

TEST(TaskTest, WhatItThrowsReachesWhoAwaitsIt) {
  EXPECT_EQ(Wait(Caught()), "fault");
}

TEST(TaskTest, DoesNotBeginBeforeItIsAwaited) {
  bool begun = false;
  const auto begin = [&]() -> Task<int> {
    begun = true;
    co_return 1;
  };
  auto task = begin();
  EXPECT_FALSE(begun);
  EXPECT_EQ(Wait(std::move(task)), 1);
  EXPECT_TRUE(begun);
}

TEST(TaskTest, OneThatNeverBeginsFreesWhatItHolds) {
  const auto held = std::make_shared<int>(1);
  {
    const auto hold = [](std::shared_ptr<int> value) -> Task<int> {
      co_return *value;
    };
    const auto task = hold(held);
    EXPECT_EQ(held.use_count(), 2);
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(CallbackTest, MayBeCalledBeforeItsBeginReturns) {
  const auto task = []() -> Task<int> {
    int sum = 0;
    for (int i = 0; i < 100; ++i) {
      sum += co_await Callback<int>([i](auto done) { done(i); });
    }
    co_return sum;
  };
  EXPECT_EQ(Wait(task()), 4'950);
}

}  // namespace
}  // namespace wangge::exec
