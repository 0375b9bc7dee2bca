// kill -9 of every service and of PostgreSQL while reports are being submitted
// and accepted through two replicas of cases. The clients keep ledgers of what
// was acknowledged: at the end nothing of it is lost, nothing is doubled, and
// the feeds of both replicas are the same and without gaps.
#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "gmock/gmock.h"
#include "testing/status.h"
#include "tests/fault/processes.h"
#include "tests/suite.h"

namespace wangge {
namespace {

// What the client was told, by source_ref.
class Ledger {
 public:
  void Acknowledged(const intake::v1::SubmitReportRequest& request,
                    const std::string& case_no) {
    MutexLock lock(&mutex_);
    requests_[request.report().source_ref()] = request;
    case_nos_[request.report().source_ref()] = case_no;
    order_.push_back(case_no);
    grown_.SignalAll();
  }
  // False when there are not so many in time.
  bool WaitForSize(size_t size, absl::Duration time) {
    const auto end =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(time);
    MutexLock lock(&mutex_);
    while (case_nos_.size() < size) {
      if (!grown_.WaitUntil(&mutex_, end)) return case_nos_.size() >= size;
    }
    return true;
  }
  size_t size() {
    MutexLock lock(&mutex_);
    return case_nos_.size();
  }
  // A case that nobody took yet; empty when all were.
  std::string Take() {
    MutexLock lock(&mutex_);
    if (taken_ == order_.size()) return "";
    return order_[taken_++];
  }
  std::map<std::string, std::string> case_nos() {
    MutexLock lock(&mutex_);
    return case_nos_;
  }
  std::map<std::string, intake::v1::SubmitReportRequest> requests() {
    MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  Mutex mutex_;
  CondVar grown_;
  std::map<std::string, std::string> case_nos_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> order_ ABSL_GUARDED_BY(mutex_);
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, intake::v1::SubmitReportRequest> requests_
      ABSL_GUARDED_BY(mutex_);
};

// Submits until told to stop; a report without an answer is sent again, as a
// source would, until it has one.
void Load(const std::atomic<bool>& stop, Ledger* ledger) {
  wgctl::Settings settings = SuiteSettings();
  settings.timeout = absl::Seconds(5);
  wgctl::Client client(settings);
  while (!stop) {
    const auto request = HeatingReport();
    while (true) {
      const auto answer = Submit(client, request);
      if (answer.ok()) {
        ledger->Acknowledged(request, answer->case_no());
        break;
      }
      ASSERT_TRUE(IsTransient(answer.status())) << answer.status();
      if (stop && absl::IsDeadlineExceeded(answer.status())) break;
    }
  }
}

// A suite whose cases are those at an address.
wgctl::Settings SettingsWithCases(const std::string& address) {
  wgctl::Settings settings = SuiteSettings();
  settings.timeout = absl::Seconds(5);
  if (!address.empty()) settings.addresses["cases"] = address;
  return settings;
}

// Cases that their officers have accepted, as acknowledged.
class Accepted {
 public:
  void Add(const std::string& case_no) {
    MutexLock lock(&mutex_);
    case_nos_.insert(case_no);
  }
  std::set<std::string> case_nos() {
    MutexLock lock(&mutex_);
    return case_nos_;
  }

 private:
  Mutex mutex_;
  std::set<std::string> case_nos_ ABSL_GUARDED_BY(mutex_);
};

// An officer's app: accepts what was submitted, through one replica, each until
// it has an answer.
void Accept(const std::string& address, const std::atomic<bool>& stop,
            Ledger* ledger, Accepted* accepted) {
  using cases::v1::CaseService;
  wgctl::Client client(SettingsWithCases(address));
  while (!stop) {
    cases::v1::AcceptAssignmentRequest request;
    request.set_case_no(ledger->Take());
    if (request.case_no().empty()) {
      ledger->WaitForSize(ledger->size() + 1, absl::Seconds(1));
      continue;
    }
    request.set_request_id(NewUuid());
    std::string officer;
    while (true) {
      const auto read = GetCase(client, request.case_no());
      if (read.ok()) officer = read->case_().assignments(0).officer_id();
      const absl::Status status =
          read.ok() ? wgctl::CallAs<CaseService>(
                          client, "cases", "gateway/app", officer,
                          &CaseService::Stub::AcceptAssignment, request)
                          .status()
                    : read.status();
      if (status.ok()) {
        accepted->Add(request.case_no());
        break;
      }
      // The other replica's timer may come between again and again.
      ASSERT_TRUE(IsTransient(status) || absl::IsAborted(status)) << status;
      if (stop) break;
    }
  }
}

void WaitForMore(Ledger* ledger, size_t more,
                 absl::Duration time = absl::Minutes(1)) {
  ASSERT_TRUE(ledger->WaitForSize(ledger->size() + more, time))
      << "the suite did not recover";
}

// Reads a replica's feed from its beginning until all acknowledged reports were
// seen admitted and all acknowledged cases accepted.
void CheckFeed(const std::string& address,
               const std::map<std::string, std::string>& case_nos,
               std::set<std::string> accepted) {
  using cases::v1::CaseService;
  wgctl::Client client(SettingsWithCases(address));
  auto channel = client.Channel("cases", "admin/wgctl");
  ASSERT_OK(channel);
  const auto stub = CaseService::NewStub(*channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  const auto reader = stub->WatchEvents(&context, {});
  std::map<std::string, int64_t> last_sequence;
  std::map<std::string, int> admissions;
  std::map<std::string, int> acceptances;
  std::set<std::string> missing;
  for (const auto& [ref, case_no] : case_nos) missing.insert(ref);
  std::string last_cursor;
  cases::v1::WatchEventsResponse page;
  while (!(missing.empty() && accepted.empty()) && reader->Read(&page)) {
    for (const auto& item : page.events()) {
      ASSERT_LT(last_cursor, item.cursor());
      last_cursor = item.cursor();
      const auto& event = item.event();
      ASSERT_EQ(event.sequence(), ++last_sequence[event.case_no()])
          << "a gap in " << event.case_no();
      if (event.has_accepted()) {
        ++acceptances[event.case_no()];
        accepted.erase(event.case_no());
      }
      if (event.has_admitted()) {
        const auto& ref = event.admitted().report().source_ref();
        ++admissions[ref];
        missing.erase(ref);
        const auto known = case_nos.find(ref);
        if (known != case_nos.end()) {
          EXPECT_EQ(known->second, event.case_no());
        }
      }
    }
  }
  context.TryCancel();
  reader->Finish();
  EXPECT_TRUE(missing.empty()) << missing.size() << " acknowledged and lost";
  EXPECT_TRUE(accepted.empty()) << accepted.size() << " accepted and lost";
  for (const auto& [case_no, count] : acceptances) {
    EXPECT_EQ(count, 1) << case_no << " was accepted twice";
  }
  for (const auto& [ref, count] : admissions) {
    EXPECT_EQ(count, 1) << ref << " was doubled";
  }
}

// People at work, and what they were told.
class Work {
 public:
  // Officers use `replicas` of cases, one each.
  explicit Work(const std::vector<std::string>& replicas)
      : replicas_(replicas) {
    for (int i = 0; i < 8; ++i) {
      people_.emplace_back([&] { Load(stop_, &ledger_); });
    }
    for (const std::string& replica : replicas_) {
      people_.emplace_back(
          [&, replica] { Accept(replica, stop_, &ledger_, &accepted_); });
    }
  }
  ~Work() { Stop(); }

  Ledger& ledger() { return ledger_; }

  void Stop() {
    stop_ = true;
    for (auto& person : people_) person.join();
    people_.clear();
  }

  // Nothing lost and nothing doubled, whoever is asked.
  void Check() {
    Stop();
    const auto case_nos = ledger_.case_nos();
    const auto accepted = accepted_.case_nos();
    std::printf("%zu reports and %zu acceptances acknowledged\n",
                case_nos.size(), accepted.size());
    EXPECT_GT(accepted.size(), 0U);
    for (const std::string& replica : replicas_) {
      CheckFeed(replica, case_nos, accepted);
    }
    wgctl::Client client(SuiteSettings());
    size_t checked = 0;
    for (const auto& [ref, request] : ledger_.requests()) {
      if (++checked % 10 != 0) continue;  // The feed has shown all of them.
      const auto again = Submit(client, request);
      ASSERT_OK(again);
      EXPECT_TRUE(again->replayed());
      EXPECT_EQ(again->case_no(), case_nos.at(ref));
    }
  }

 private:
  const std::vector<std::string> replicas_;
  std::atomic<bool> stop_ = false;
  Ledger ledger_;
  Accepted accepted_;
  std::vector<std::thread> people_;
};

TEST(FaultTest, KilledProcessesLoseAndDoubleNothing) {
  const int kills = std::atoi(Need("WANGGE_KILLS").c_str());
  const std::string victims[] = {"cases",   "intake",   "routing", "postgres",
                                 "command", "registry", "cases2"};
  std::mt19937 random(static_cast<unsigned>(absl::ToUnixSeconds(absl::Now())));
  Work work({"", Need("WANGGE_CASES2")});
  Ledger& ledger = work.ledger();
  for (int kill_number = 0; kill_number < kills; ++kill_number) {
    // Somewhere in the flow, not always at the same place.
    WaitForMore(&ledger, 20 + random() % 200);
    const std::string& victim =
        victims[static_cast<size_t>(kill_number) % std::size(victims)];
    const pid_t pid = PidOf(victim);
    ASSERT_GT(pid, 1) << victim;
    ASSERT_EQ(kill(pid, SIGKILL), 0) << victim;
    std::printf("killed %s after %zu acknowledged\n", victim.c_str(),
                ledger.size());
    // Clients that only make sync calls must find it again, too.
    WaitForMore(&ledger, 20, absl::Seconds(20));
  }
  work.Check();
}

// Sets the wall clock of the second replicas so many seconds ahead.
void SetClockAhead(int64_t seconds) {
  std::fstream file(Need("WANGGE_CLOCK_JUMP"),
                    std::ios::binary | std::ios::in | std::ios::out);
  file.write(reinterpret_cast<const char*>(&seconds), sizeof(seconds));
  ASSERT_TRUE(file.flush());
}

// Whether the newest line of a service's log is later than a time.
bool LogIsPast(const std::string& service, absl::Time time) {
  std::ifstream log(Need("WANGGE_STATE") + "/log/" + service + ".log");
  std::string newest;
  for (std::string line; std::getline(log, line);) {
    if (line.starts_with("{\"time\"")) newest = line;
  }
  return newest > absl::StrCat("{\"time\":\"",
                               absl::FormatTime("%Y-%m-%dT%H:%M:%S", time,
                                                absl::UTCTimeZone()));
}

// Until the second replica goes by the clock that was set: Abseil reads it
// every few seconds only.
void WaitForClock(bool ahead, absl::Time past) {
  wgctl::Client client(SettingsWithCases(Need("WANGGE_CASES2")));
  const absl::Time end = absl::Now() + absl::Minutes(1);
  do {
    // A refused call writes a line.
    EXPECT_FALSE(GetCase(client, "none").ok());
    ASSERT_LT(absl::Now(), end) << "the clock did not jump";
  } while (LogIsPast("cases2", past) != ahead);
}

// The events of a case come in the order of their times, none of which lies
// outside the test's own, and no timer has fired.
void CheckTimes(wgctl::Client& client, const std::string& case_no,
                absl::Time begin) {
  const auto read = GetCase(client, case_no);
  ASSERT_OK(read);
  ASSERT_GT(read->timeline_size(), 0);
  absl::Time last = begin - absl::Seconds(1);
  for (const auto& event : read->timeline()) {
    const absl::Time time = FromProto(event.event_time());
    EXPECT_LE(last, time) << event.ShortDebugString();
    last = time;
    EXPECT_FALSE(event.has_urged()) << event.ShortDebugString();
  }
  EXPECT_LE(last, absl::Now() + absl::Seconds(1));
}

// Past the limit to accept, and before tokens expire.
TEST(ClockTest, AClockThatJumpsMovesNoEventAndFiresNoTimer) {
  const absl::Time begin = absl::Now();
  constexpr absl::Duration kJump = absl::Hours(11);
  Work work({"", Need("WANGGE_CASES2")});
  for (const bool ahead : {false, true, false}) {
    SetClockAhead(ahead ? absl::ToInt64Seconds(kJump) : 0);
    WaitForClock(ahead, begin + kJump);
    WaitForMore(&work.ledger(), 100);
  }
  work.Check();
  wgctl::Client client(SettingsWithCases(""));
  for (const auto& [ref, case_no] : work.ledger().case_nos()) {
    CheckTimes(client, case_no, begin);
  }
}

// The primary dies for good; the standby, to which every commit had gone before
// it was acknowledged, takes its place.
TEST(StandbyTest, WhatWasAcknowledgedIsOnTheStandby) {
  Work work({"", Need("WANGGE_CASES2")});
  WaitForMore(&work.ledger(), 300);
  ASSERT_EQ(std::system(Need("WANGGE_FAILOVER").c_str()), 0);
  WaitForMore(&work.ledger(), 300);
  work.Check();
}

// The disk of the database fills up, under its data or its log, whichever
// comes first; then there is room again.
TEST(FullDiskTest, WhatWasAcknowledgedIsKeptAndTheRestIsToldToComeAgain) {
  Work work({""});
  WaitForMore(&work.ledger(), 100);
  ASSERT_EQ(std::system(Need("WANGGE_FILL").c_str()), 0);
  wgctl::Client client(SettingsWithCases(""));
  absl::Status refused;
  const absl::Time end = absl::Now() + absl::Minutes(1);
  while (refused.ok() && absl::Now() < end) {
    const auto request = HeatingReport();
    const auto answer = Submit(client, request);
    refused = answer.status();
    if (answer.ok()) work.ledger().Acknowledged(request, answer->case_no());
  }
  EXPECT_FALSE(refused.ok()) << "the disk is not full";
  EXPECT_TRUE(IsTransient(refused)) << refused;
  std::printf("refused: %s\n", refused.ToString().c_str());
  ASSERT_EQ(std::system(Need("WANGGE_FREE").c_str()), 0);
  WaitForMore(&work.ledger(), 300);
  work.Check();
}

}  // namespace
}  // namespace wangge
