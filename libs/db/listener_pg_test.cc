#include "db/listener.h"
#include "db/pool.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::db {
namespace {

// Counts notifications.
class Counter {
 public:
  void Add() {
    MutexLock lock(&mutex_);
    ++count_;
    changed_.SignalAll();
  }
  // Waits for one more than `before`; false when none comes in ten seconds.
  bool WaitForMoreThan(int before) {
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds(10);
    MutexLock lock(&mutex_);
    while (count_ <= before) {
      if (!changed_.WaitUntil(&mutex_, deadline)) return count_ > before;
    }
    return true;
  }
  int count() {
    MutexLock lock(&mutex_);
    return count_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

TEST(ListenerTest, IsCalledAtTheStartAndAfterEachNotification) {
  const auto database = TempDatabase::Create("listener", {});
  ASSERT_OK(database);
  Counter counter;
  const Listener listener((*database)->dsn(), "news", [&] { counter.Add(); });
  ASSERT_TRUE(counter.WaitForMoreThan(0)) << "it does not listen";
  ASSERT_OK(RunScript((*database)->dsn(), "NOTIFY other"));
  ASSERT_OK(RunScript((*database)->dsn(), "NOTIFY news"));
  ASSERT_TRUE(counter.WaitForMoreThan(1)) << "it was not notified";
  EXPECT_EQ(counter.count(), 2) << "another channel is none of its business";
}

TEST(ListenerTest, ReconnectsAndAsksToLookAgain) {
  const auto database = TempDatabase::Create("listener", {});
  ASSERT_OK(database);
  Counter counter;
  const Listener listener((*database)->dsn(), "news", [&] { counter.Add(); });
  ASSERT_TRUE(counter.WaitForMoreThan(0));
  ASSERT_OK(RunScript(
      (*database)->server_dsn(),
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
      "'" +
          (*database)->name() + "'"));
  ASSERT_TRUE(counter.WaitForMoreThan(1)) << "it did not reconnect";
}

}  // namespace
}  // namespace wangge::db
