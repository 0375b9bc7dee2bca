#include "exec/batcher.h"

#include <atomic>
#include <future>
#include <thread>

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::exec {
namespace {

using IntBatcher = Batcher<int, int>;

TEST(BatcherTest, GroupsWhatComesWhileALaneIsBusy) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::atomic<size_t> largest = 0;
  std::atomic<int> entered = 0;
  IntBatcher batcher("test", 1, 8, [&](std::vector<int> items) {
    if (++entered == 1) released.wait();
    if (items.size() > largest) largest = items.size();
    std::vector<absl::StatusOr<int>> results;
    for (const int item : items) results.emplace_back(item * 2);
    return results;
  });
  std::vector<std::thread> callers;
  std::atomic<int> started = 0;
  for (int i = 0; i < 9; ++i) {
    callers.emplace_back([&, i] {
      ++started;
      EXPECT_EQ(*batcher.Do(i), i * 2);
    });
  }
  while (started < 9 || entered < 1) std::this_thread::yield();
  release.set_value();
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(entered, 2);
  EXPECT_LE(largest, 8U);
}

TEST(BatcherTest, EveryCallerGetsItsOwnResultUnderLoad) {
  IntBatcher batcher("test", 2, 4, [](std::vector<int> items) {
    std::vector<absl::StatusOr<int>> results;
    for (const int item : items) {
      if (item % 7 == 0) {
        results.emplace_back(absl::AbortedError("seven"));
      } else {
        results.emplace_back(item + 1);
      }
    }
    return results;
  });
  std::vector<std::thread> callers;
  for (int t = 0; t < 8; ++t) {
    callers.emplace_back([&, t] {
      for (int i = t; i < 2000; i += 8) {
        const auto result = batcher.Do(i);
        if (i % 7 == 0) {
          EXPECT_THAT(result.status(),
                      StatusIs(absl::StatusCode::kAborted, "seven"));
        } else {
          EXPECT_EQ(*result, i + 1);
        }
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace wangge::exec
