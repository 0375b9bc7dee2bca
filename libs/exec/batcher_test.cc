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

constexpr absl::Duration kLong = absl::Minutes(1);

TEST(BatcherTest, GroupsWhatComesWhileALaneIsBusy) {
  std::promise<void> entered;
  std::promise<void> release;
  std::vector<size_t> sizes;
  std::vector<int> answers;
  {
    IntBatcher batcher("test", 1, 4, kLong,
                       [&](std::vector<int> items, absl::Time) {
                         sizes.push_back(items.size());
                         if (sizes.size() == 1) {
                           entered.set_value();
                           release.get_future().wait();
                         }
                         Results results;
                         for (const int item : items) {
                           results.emplace_back(item * 2);
                         }
                         return results;
                       });
    const auto add = [&](int item) {
      batcher.Add(item, absl::InfiniteFuture(),
                  [&](const absl::StatusOr<int>& result) {
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
    IntBatcher batcher("test", 2, 4, kLong,
                       [](std::vector<int> items, absl::Time) {
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
              i, absl::InfiniteFuture(),
              [&slot = got[static_cast<size_t>(i)]](
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

// What a batcher with one busy lane made of the items that were added
// meanwhile, with their deadlines.
struct Outcome {
  std::vector<std::vector<int>> groups;
  std::vector<absl::Time> deadlines;  // Of the groups.
  std::vector<absl::StatusOr<int>> results;
};

Outcome AddWhileBusy(const std::vector<absl::Time>& deadlines,
                     absl::Duration max_time) {
  std::promise<void> entered;
  std::promise<void> release;
  bool first = true;
  Outcome outcome;
  outcome.results.resize(deadlines.size(), absl::UnknownError("no result"));
  {
    IntBatcher batcher("test", 1, 4, max_time,
                       [&](std::vector<int> items, absl::Time deadline) {
                         Results results(items.size(), 0);
                         if (std::exchange(first, false)) {
                           entered.set_value();
                           release.get_future().wait();
                           return results;
                         }
                         outcome.groups.push_back(std::move(items));
                         outcome.deadlines.push_back(deadline);
                         return results;
                       });
    batcher.Add(-1, absl::InfiniteFuture(), [](const absl::StatusOr<int>&) {});
    entered.get_future().wait();
    for (size_t i = 0; i < deadlines.size(); ++i) {
      batcher.Add(static_cast<int>(i), deadlines[i],
                  [&slot = outcome.results[i]](absl::StatusOr<int> result) {
                    slot = std::move(result);
                  });
    }
    release.set_value();
  }
  return outcome;
}

TEST(BatcherTest, WhatIsTooLateIsAnsweredWithoutBeingCarriedOut) {
  const absl::Time past = absl::Now() - absl::Seconds(1);
  const absl::Time later = absl::Now() + absl::Hours(1);
  const auto outcome =
      AddWhileBusy({later, past, later, past, past, later}, kLong);
  // The late ones have taken places in the first group, and no more.
  EXPECT_THAT(outcome.groups,
              ::testing::ElementsAre(::testing::ElementsAre(0, 2),
                                     ::testing::ElementsAre(5)));
  for (const size_t i : {1U, 3U, 4U}) {
    EXPECT_THAT(outcome.results[i],
                StatusIs(absl::StatusCode::kDeadlineExceeded, "nothing"));
    EXPECT_EQ(errors::ReasonOf(outcome.results[i].status()),
              common::v1::ERROR_REASON_DEADLINE);
  }
  for (const size_t i : {0U, 2U, 5U}) EXPECT_OK(outcome.results[i]);
}

TEST(BatcherTest, AGroupThatIsLateAsAWholeIsNotCarriedOut) {
  const absl::Time past = absl::Now() - absl::Seconds(1);
  const auto outcome = AddWhileBusy({past, past}, kLong);
  EXPECT_THAT(outcome.groups, ::testing::IsEmpty());
  EXPECT_THAT(outcome.results[1],
              StatusIs(absl::StatusCode::kDeadlineExceeded, ""));
}

TEST(BatcherTest, AGroupHasTheLatestDeadlineOfItsItems) {
  const absl::Time now = absl::Now();
  const auto outcome =
      AddWhileBusy({now + absl::Seconds(20), now + absl::Seconds(40)}, kLong);
  EXPECT_THAT(outcome.deadlines,
              ::testing::ElementsAre(now + absl::Seconds(40)));
}

TEST(BatcherTest, AGroupHasNoMoreThanItsOwnTime) {
  const absl::Time before = absl::Now();
  const auto outcome = AddWhileBusy(
      {before + absl::Hours(1), absl::InfiniteFuture()}, absl::Seconds(8));
  const absl::Time after = absl::Now();
  ASSERT_EQ(outcome.deadlines.size(), 1U);
  EXPECT_GE(outcome.deadlines[0], before + absl::Seconds(8));
  EXPECT_LE(outcome.deadlines[0], after + absl::Seconds(8));
}

}  // namespace
}  // namespace wangge::exec
