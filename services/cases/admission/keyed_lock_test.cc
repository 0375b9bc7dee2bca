#include "services/cases/admission/keyed_lock.h"

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace wangge::cases {
namespace {

TEST(KeyedLockTest, OneHolderAtATimeOfEachKeyAndNobodyForEver) {
  KeyedLock lock;
  std::array<std::atomic<int>, 4> holders{};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::minstd_rand random(t + 1);
      for (int i = 0; i < 500; ++i) {
        std::set<std::string> keys;
        for (size_t s = 0; s < holders.size(); ++s) {
          if (random() % 2 == 0) keys.insert(std::to_string(s));
        }
        const KeyedLock::Holder held(&lock, keys);
        EXPECT_EQ(held.keys(), keys);
        for (const std::string& key : held.keys()) {
          EXPECT_EQ(holders[std::stoul(key)]++, 0);
        }
        for (const std::string& key : held.keys()) {
          --holders[std::stoul(key)];
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(KeyedLockTest, OthersAreNotWaitedFor) {
  KeyedLock lock;
  const KeyedLock::Holder first(&lock, {"a", "b"});
  const KeyedLock::Holder second(&lock, {"c"});
  const KeyedLock::Holder none(&lock, {});
  EXPECT_EQ(second.keys().size(), 1U);
}

}  // namespace
}  // namespace wangge::cases
