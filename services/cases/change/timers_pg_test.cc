// Timers against a real database, by one process and by several.
#include <atomic>
#include <thread>

#include "db/server_time.h"
#include "gmock/gmock.h"
#include "services/cases/change/timers.h"
#include "services/cases/domain/limits.h"
#include "services/cases/test_rooms.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

class TimersTest : public RoomsTest {
 protected:
  // Numbers of cases that nobody accepts.
  std::vector<std::string> AdmitMany(int count) {
    std::vector<v1::Admission> batch;
    for (int i = 0; i < count; ++i) {
      batch.push_back(Admission(absl::StrCat("r", i)));
    }
    const auto response = Admit(batch);
    EXPECT_OK(response);
    std::vector<std::string> case_nos;
    for (const auto& result : response->results()) {
      case_nos.push_back(result.case_no());
    }
    return case_nos;
  }

  int CountUrges(const std::string& case_no) {
    const auto events = rooms_->query.Timeline(case_no, Soon());
    int urges = 0;
    for (const CaseEvent& event : *events) urges += event.has_urged();
    return urges;
  }

  // When nobody has accepted in time, and nothing else is due.
  absl::Time AcceptIsOverdue(const std::string& case_no) {
    const auto loaded = Load(case_no);
    return *NextTimer(*loaded) + absl::Seconds(1);
  }
};

TEST_F(TimersTest, FireWhenDueAndOnce) {
  const std::string case_no = AdmitMany(1)[0];
  Timers timers(&rooms_->changes);
  EXPECT_EQ(timers.FireDue(*city_, absl::Now(), 10, Soon())->due, 0);
  const absl::Time due = AcceptIsOverdue(case_no);
  const auto fired = timers.FireDue(*city_, due, 10, Soon());
  ASSERT_OK(fired);
  EXPECT_EQ(fired->due, 1);
  EXPECT_EQ(fired->written, 1);
  EXPECT_EQ(CountUrges(case_no), 1);
  EXPECT_EQ(timers.FireDue(*city_, due, 10, Soon())->due, 0);
}

TEST_F(TimersTest, WhatOneClaimedAnotherLeavesAlone) {
  const std::string case_no = AdmitMany(1)[0];
  const absl::Time due = AcceptIsOverdue(case_no);
  ASSERT_EQ(rooms_->changes.ClaimDueCases(due, 10, Soon())->claimed.size(), 1U);
  EXPECT_TRUE(rooms_->changes.ClaimDueCases(due, 10, Soon())->claimed.empty());
  ASSERT_OK(rooms_->changes.EndTimerLeases({case_no}, Soon()));
  EXPECT_EQ(rooms_->changes.ClaimDueCases(due, 10, Soon())->claimed.size(), 1U);
  // The one who claimed it died: its lease ends.
  ASSERT_OK(db::RunScript(
      database_->dsn(),
      "UPDATE timer_lease SET lease_end = now() - interval '1 second'"));
  EXPECT_EQ(rooms_->changes.ClaimDueCases(due, 10, Soon())->claimed.size(), 1U);
}

TEST_F(TimersTest, WhoWasSlowerThanAPersonWritesNothing) {
  const std::string case_no = AdmitMany(1)[0];
  const absl::Time due = AcceptIsOverdue(case_no);
  const auto claimed = rooms_->changes.ClaimDueCases(due, 10, Soon())->claimed;
  ASSERT_EQ(claimed.size(), 1U);
  bool changed = false;
  ASSERT_OK(Accept(case_no, NewUuid(), "d", &changed));
  const Change late = ChangeOf(
      claimed[0],
      DecideTimers(claimed[0], {*city_, {"timer", "", nullptr}, due, nullptr}));
  const ChangeGroup group = {late};
  EXPECT_FALSE(*rooms_->changes.CommitAll({&group}, Soon())[0]);
  EXPECT_EQ(CountUrges(case_no), 0);
}

// Four processes, cases that people change meanwhile: each timer once.
TEST_F(TimersTest, SeveralProcessesShareThem) {
  constexpr int kCases = 400;
  const auto case_nos = AdmitMany(kCases);
  const absl::Time due = AcceptIsOverdue(case_nos[0]);
  std::atomic<int> written = 0;
  std::atomic<int> claimers = 0;
  std::vector<std::thread> processes;
  for (int p = 0; p < 4; ++p) {
    processes.emplace_back([&] {
      Timers timers(&rooms_->changes);
      bool any = false;
      for (;;) {
        const auto fired = timers.FireDue(*city_, due, 20, Soon());
        ASSERT_OK(fired);
        written += fired->written;
        any = any || fired->written > 0;
        if (fired->due == 0) break;
      }
      claimers += any;
    });
  }
  std::atomic<int> accepted = 0;
  std::thread people([&] {
    for (int i = kCases - 1; i >= 0; i -= 4) {
      bool changed = false;
      accepted +=
          Accept(case_nos[static_cast<size_t>(i)], NewUuid(), "d", &changed)
              .ok();
    }
  });
  for (auto& process : processes) process.join();
  people.join();
  EXPECT_EQ(accepted, kCases / 4);
  EXPECT_GT(claimers, 1);
  int urges = 0;
  for (const std::string& case_no : case_nos) {
    const int own = CountUrges(case_no);
    EXPECT_LE(own, 1) << case_no;
    urges += own;
  }
  EXPECT_EQ(urges, written);
  EXPECT_GE(urges, kCases * 3 / 4);
}

TEST_F(TimersTest, TheDatabaseTellsTheTime) {
  const absl::Time before = absl::Now() - absl::Seconds(1);
  const auto now = db::ServerTime(pool_.get(), Soon());
  ASSERT_OK(now);
  EXPECT_GT(*now, before);
  EXPECT_LT(*now, absl::Now() + absl::Seconds(1));
}

}  // namespace
}  // namespace wangge::cases
