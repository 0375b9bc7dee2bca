#include "services/cases/spot_gate.h"

#include <array>
#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "gtest/gtest.h"

namespace wangge::cases {
namespace {

TEST(SpotGateTest, OneAtATimeAtEachSpotAndNobodyForEver) {
  SpotGate gate;
  std::array<std::atomic<int>, 4> at_spot{};
  std::vector<std::thread> threads;
  for (unsigned t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      std::minstd_rand random(t + 1);
      for (int i = 0; i < 500; ++i) {
        std::set<std::string> spots;
        for (size_t s = 0; s < at_spot.size(); ++s) {
          if (random() % 2 == 0) spots.insert(std::to_string(s));
        }
        const SpotGate::Entry entry(&gate, spots);
        EXPECT_EQ(entry.spots(), spots);
        for (const std::string& spot : entry.spots()) {
          EXPECT_EQ(at_spot[std::stoul(spot)]++, 0);
        }
        for (const std::string& spot : entry.spots()) {
          --at_spot[std::stoul(spot)];
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(SpotGateTest, OthersAreNotWaitedFor) {
  SpotGate gate;
  const SpotGate::Entry first(&gate, {"a", "b"});
  const SpotGate::Entry second(&gate, {"c"});
  const SpotGate::Entry none(&gate, {});
  EXPECT_EQ(second.spots().size(), 1U);
}

}  // namespace
}  // namespace wangge::cases
