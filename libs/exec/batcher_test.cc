#include "exec/batcher.h"

#include <atomic>
#include <future>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::exec {
namespace {

using IntBatcher = Batcher<int, int>;
using Results = std::vector<absl::StatusOr<int>>;

TEST(BatcherTest, GroupsWhatComesWhileALaneIsBusy) {
  std::promise<void> entered;
  std::promise<void> release;
  std::vector<size_t> sizes;
  std::vector<int> answers;
  {
    IntBatcher batcher("test", 1, 4, [&](std::vector<int> items) {
      sizes.push_back(items.size());
      if (sizes.size() == 1) {
        entered.set_value();
        release.get_future().wait();
      }
      Results results;
      for (const int item : items) results.emplace_back(item * 2);
      return results;
    });
    const auto add = [&](int item) {
      batcher.Add(item, [&](const absl::StatusOr<int>& result) {
        answers.push_back(*result);
      });
    };
    add(0);
    entered.get_future().wait();
    for (int i = 1; i < 7; ++i) add(i);
    release.set_value();
  }  // The end carries out what was added.
  EXPECT_THAT(sizes, ::testing::ElementsAre(1, 4, 2));
  EXPECT_THAT(answers, ::testing::ElementsAre(0, 2, 4, 6, 8, 10, 12));
}

TEST(BatcherTest, EveryItemGetsItsOwnResultUnderLoad) {
  constexpr int kItems = 2000;
  std::vector<absl::StatusOr<int>> got(kItems, absl::UnknownError("no result"));
  {
    IntBatcher batcher("test", 2, 4, [](std::vector<int> items) {
      Results results;
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
        for (int i = t; i < kItems; i += 8) {
          batcher.Add(
              i, [&slot = got[static_cast<size_t>(i)]](
                     absl::StatusOr<int> result) { slot = std::move(result); });
        }
      });
    }
    for (std::thread& caller : callers) caller.join();
  }
  for (int i = 0; i < kItems; ++i) {
    const auto& result = got[static_cast<size_t>(i)];
    if (i % 7 == 0) {
      EXPECT_THAT(result, StatusIs(absl::StatusCode::kAborted, "seven"));
    } else {
      EXPECT_EQ(*result, i + 1);
    }
  }
}

}  // namespace
}  // namespace wangge::exec
