// Work on many items, spread over the machine's cores. Our own because the
// standard library's parallel algorithms need TBB.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace wangge {

// Calls `work(begin, end)` for ranges of at most `grain` items that make up
// [0, count), on as many threads as there are cores, the caller's among them,
// and returns when all are done. A single range is run by the caller alone.
// `work` must not throw.
template <typename Work>
void ForEachRange(size_t count, size_t grain, const Work& work) {
  const size_t ranges = (count + grain - 1) / grain;
  std::atomic<size_t> next = 0;
  const auto take = [&] {
    for (size_t i = next++; i < ranges; i = next++) {
      work(i * grain, std::min(count, (i + 1) * grain));
    }
  };
  const size_t cores = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> helpers;
  while (helpers.size() + 1 < std::min(cores, ranges)) {
    helpers.emplace_back(take);
  }
  take();
  for (std::thread& helper : helpers) helper.join();
}

}  // namespace wangge
