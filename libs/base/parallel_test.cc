#include "base/parallel.h"

#include <numeric>

#include "gtest/gtest.h"

namespace wangge {
namespace {

TEST(ParallelTest, EveryItemComesOnceWhateverTheGrain) {
  for (const size_t count : {0, 1, 7, 1000}) {
    for (const size_t grain : {1, 3, 7, 1000, 5000}) {
      std::vector<int> seen(count);
      ForEachRange(count, grain, [&](size_t begin, size_t end) {
        EXPECT_LE(end - begin, grain);
        for (size_t i = begin; i < end; ++i) ++seen[i];
      });
      EXPECT_EQ(seen, std::vector<int>(count, 1)) << count << " by " << grain;
    }
  }
}

TEST(ParallelTest, OneRangeStaysOnTheCallersThread) {
  const auto caller = std::this_thread::get_id();
  ForEachRange(10, 10, [&](size_t, size_t) {
    EXPECT_EQ(std::this_thread::get_id(), caller);
  });
}

}  // namespace
}  // namespace wangge
