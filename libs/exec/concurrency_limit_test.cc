#include "exec/concurrency_limit.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "gtest/gtest.h"

namespace wangge::exec {
namespace {

// A server that carries out so many calls a second, one after the other, on a
// clock of its own.
class Server {
 public:
  Server(ConcurrencyLimit* limit, double rate) : limit_(*limit), rate_(rate) {}

  void SetRate(double rate) { rate_ = rate; }

  void SetClockBack(absl::Duration time) {
    now_ -= time;
    free_at_ -= time;
  }

  // Nothing is carried out for a time.
  void Stall(absl::Duration time) {
    free_at_ = std::max(free_at_, now_) + time;
  }

  // Lets calls come evenly for a time; then carries out what is left.
  void Receive(double rate, absl::Duration time) {
    const absl::Time end = now_ + time;
    for (; now_ < end; now_ += absl::Seconds(1 / rate)) {
      EndUntil(now_);
      if (!limit_.TryBegin(now_)) {
        ++refused;
        continue;
      }
      free_at_ = std::max(free_at_, now_) + absl::Seconds(1 / rate_);
      open_.push_back({now_, free_at_});
    }
    EndUntil(absl::InfiniteFuture());
    now_ = std::max(now_, free_at_);
  }

  std::vector<double> took;  // Milliseconds.
  int refused = 0;

 private:
  struct Open {
    absl::Time began;
    absl::Time ends;
  };

  void EndUntil(absl::Time time) {
    for (; !open_.empty() && open_.front().ends <= time; open_.pop_front()) {
      const auto& [began, ends] = open_.front();
      took.push_back(absl::ToDoubleMilliseconds(ends - began));
      limit_.End(ends - began, ends);
    }
  }

  ConcurrencyLimit& limit_;
  double rate_;
  absl::Time now_ = absl::FromUnixSeconds(1'000'000);
  absl::Time free_at_ = absl::InfinitePast();
  std::deque<Open> open_;
};

TEST(ConcurrencyLimitTest, RefusesNobodyBelowCapacity) {
  for (const double capacity : {50, 1000, 20'000}) {
    ConcurrencyLimit limit("test", {});
    Server server(&limit, capacity);
    server.Receive(0.9 * capacity, absl::Seconds(10));
    EXPECT_EQ(server.refused, 0) << capacity;
  }
}

TEST(ConcurrencyLimitTest, AtFiveTimesCapacityCallsTakeAsLongAsWanted) {
  for (const double capacity : {600, 1500, 6000}) {
    SCOPED_TRACE(capacity);
    ConcurrencyLimit limit("test", {});
    Server server(&limit, capacity);
    // Until it is learned.
    server.Receive(0.9 * capacity, absl::Seconds(1));
    server.Receive(5 * capacity, absl::Seconds(3));
    // From the limit at first, and no more: nothing stands still here.
    EXPECT_LT(*std::max_element(server.took.begin(), server.took.end()),
              std::max(150.0, 2.5 * 128 / capacity * 1000));
    server.took.clear();
    server.refused = 0;
    server.Receive(5 * capacity, absl::Seconds(30));
    EXPECT_GT(server.took.size(), 29.5 * capacity)
        << "what can be done is done";
    EXPECT_GT(server.refused, 100 * capacity);
    // As wanted, or as long as the fewest take.
    EXPECT_LT(*std::max_element(server.took.begin(), server.took.end()),
              std::max(75.0, 1.5 * 64 / capacity * 1000));
  }
}

TEST(ConcurrencyLimitTest, AStallIsNoOverload) {
  ConcurrencyLimit limit("test", {});
  Server server(&limit, 2000);
  for (int i = 0; i < 10; ++i) {
    server.Stall(absl::Milliseconds(300));
    server.Receive(1200, absl::Seconds(3));
  }
  EXPECT_EQ(server.refused, 0);
}

TEST(ConcurrencyLimitTest, LearnsOnWhenTheClockIsSetBack) {
  ConcurrencyLimit limit(
      "test", {.min_limit = 32, .target_latency = absl::Milliseconds(75)});
  Server server(&limit, 600);
  server.Receive(3000, absl::Seconds(3));
  EXPECT_LT(limit.limit(), 60);
  server.SetClockBack(absl::Hours(11));
  server.SetRate(6000);
  server.Receive(12'000, absl::Seconds(3));
  EXPECT_GT(limit.limit(), 300);
}

TEST(ConcurrencyLimitTest, StaysWithinItsBounds) {
  ConcurrencyLimit limit(
      "test", {.min_limit = 4, .initial_limit = 128, .max_limit = 20});
  EXPECT_EQ(limit.limit(), 20);
  Server server(&limit, 1);
  server.Receive(100, absl::Seconds(2));
  EXPECT_EQ(server.took.size(), 20U);
  EXPECT_EQ(limit.limit(), 4);
  server.SetRate(10'000);
  server.Receive(1, absl::Seconds(10));
  EXPECT_EQ(limit.limit(), 4) << "grew although nobody needed it";
  server.SetRate(2000);
  server.Receive(4000, absl::Seconds(10));
  EXPECT_EQ(limit.limit(), 20) << "does not grow again";
}

}  // namespace
}  // namespace wangge::exec
