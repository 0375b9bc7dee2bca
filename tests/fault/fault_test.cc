// kill -9 of every service and of PostgreSQL while reports are being submitted.
// The client keeps a ledger of what was acknowledged: at the end nothing of it
// is lost, nothing is doubled, and the feed is without gaps.
#include <signal.h>

#include <atomic>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/mutex.h"
#include "gmock/gmock.h"
#include "testing/status.h"
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
  std::map<std::string, intake::v1::SubmitReportRequest> requests_
      ABSL_GUARDED_BY(mutex_);
};

pid_t FirstNumberOf(const std::string& path) {
  std::ifstream in(path);
  pid_t pid = 0;
  in >> pid;
  return pid;
}

pid_t PidOf(const std::string& name) {
  if (name == "postgres") {
    return FirstNumberOf(Need("WANGGE_PG_DIR") + "/postmaster.pid");
  }
  return FirstNumberOf(Need("WANGGE_STATE") + "/run/" + name + ".child");
}

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
      const absl::StatusCode code = answer.status().code();
      ASSERT_TRUE(code == absl::StatusCode::kUnavailable ||
                  code == absl::StatusCode::kDeadlineExceeded ||
                  code == absl::StatusCode::kResourceExhausted)
          << answer.status();
      if (stop && absl::IsDeadlineExceeded(answer.status())) break;
    }
  }
}

void WaitForMore(Ledger* ledger, size_t more) {
  ASSERT_TRUE(ledger->WaitForSize(ledger->size() + more, absl::Minutes(1)))
      << "the suite did not recover";
}

// Reads the feed from its beginning until `wanted` reports were seen admitted.
void CheckFeed(wgctl::Client& client,
               const std::map<std::string, std::string>& case_nos) {
  using cases::v1::CaseService;
  auto channel = client.Channel("cases", "admin/wgctl");
  ASSERT_OK(channel);
  const auto stub = CaseService::NewStub(*channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(60)));
  const auto reader = stub->WatchEvents(&context, {});
  std::map<std::string, int64_t> last_sequence;
  std::map<std::string, int> admissions;
  std::set<std::string> missing;
  for (const auto& [ref, case_no] : case_nos) missing.insert(ref);
  std::string last_cursor;
  cases::v1::WatchEventsResponse page;
  while (!missing.empty() && reader->Read(&page)) {
    for (const auto& item : page.events()) {
      ASSERT_LT(last_cursor, item.cursor());
      last_cursor = item.cursor();
      const auto& event = item.event();
      ASSERT_EQ(event.sequence(), ++last_sequence[event.case_no()])
          << "a gap in " << event.case_no();
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
  for (const auto& [ref, count] : admissions) {
    EXPECT_EQ(count, 1) << ref << " was doubled";
  }
}

TEST(FaultTest, KilledProcessesLoseAndDoubleNothing) {
  const int kills = std::atoi(Need("WANGGE_KILLS").c_str());
  const std::string victims[] = {"cases",    "intake",  "routing",
                                 "postgres", "command", "registry"};
  std::mt19937 random(static_cast<unsigned>(absl::ToUnixSeconds(absl::Now())));
  Ledger ledger;
  std::atomic<bool> stop = false;
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([&] { Load(stop, &ledger); });
  }
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
    WaitForMore(&ledger, 20);
  }
  stop = true;
  for (auto& client : clients) client.join();
  std::printf("%zu reports acknowledged, %d kills\n", ledger.size(), kills);

  wgctl::Client client(SuiteSettings());
  const auto case_nos = ledger.case_nos();
  CheckFeed(client, case_nos);
  size_t checked = 0;
  for (const auto& [ref, request] : ledger.requests()) {
    if (++checked % 10 != 0) continue;  // The feed has shown all of them.
    const auto again = Submit(client, request);
    ASSERT_OK(again);
    EXPECT_TRUE(again->replayed());
    EXPECT_EQ(again->case_no(), case_nos.at(ref));
  }
}

}  // namespace
}  // namespace wangge
