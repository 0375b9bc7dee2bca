// Ten thousand timers that are due in the same second, with reports coming in
// meanwhile.
#include <atomic>
#include <thread>

#include "base/clock.h"
#include "base/crypto.h"
#include "base/mutex.h"
#include "city/format/folder.h"
#include "services/cases/admission/admitter.h"
#include "services/cases/change/change_store.h"
#include "services/cases/privacy/personal.h"
#include "services/cases/sql.h"
#include "tests/bench/bench.h"
#include "tests/bench/report_load.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::CaseService;

constexpr int kTimers = 10'000;
constexpr int kBatch = 500;
constexpr absl::Duration kLead = absl::Seconds(25);

// Admits cases through the same code as the service, with a clock of the past,
// so that all of them must be accepted at the same moment.
class Seeder {
 public:
  Seeder(std::shared_ptr<const city::City> city, cases::v1::Admission sample)
      : city_(std::move(city)), sample_(std::move(sample)) {}

  absl::Status Run(const std::string& dsn, absl::Time admitted) {
    db::PoolOptions options;
    options.dsn = dsn;
    options.statements = cases::sql::kStatements;
    auto pool = db::Pool::Open(options);
    if (!pool.ok()) return pool.status();
    cases::AdmissionStore store(pool->get(), &cases::ChangeStore::CommitWithin);
    cases::KeyedLock spots;
    const cases::PersonalKeys keys("bench", std::string(32, 'k'));
    cases::Admitter admitter({store, spots,
                              [&](const cases::v1::Reporter& reporter,
                                  const std::string& report_id) {
                                return keys.Seal(reporter, report_id);
                              },
                              [](const cases::Case&) {}});
    for (int done = 0; done < kTimers; done += kBatch) {
      const auto response = admitter.Admit(Batch(admitted), *city_, admitted,
                                           absl::Now() + absl::Seconds(30));
      if (!response.ok()) return response.status();
    }
    return absl::OkStatus();
  }

 private:
  cases::v1::AdmitReportsRequest Batch(absl::Time admitted) const {
    cases::v1::AdmitReportsRequest request;
    for (int i = 0; i < kBatch; ++i) {
      auto& admission = *request.add_admissions();
      admission = sample_;
      admission.set_request_id(NewUuid());
      admission.set_digest(Sha256(admission.request_id()));
      auto& report = *admission.mutable_report();
      report.mutable_key()->set_report_id(NewUuid());
      report.mutable_key()->set_source_ref("timer-" + admission.request_id());
      *report.mutable_receive_time() = ToProto(admitted);
    }
    return request;
  }

  const std::shared_ptr<const city::City> city_;
  const cases::v1::Admission sample_;
};

// A report as it was routed, at a place where no duplicates are looked for.
absl::StatusOr<cases::v1::Admission> Sample(absl::Duration* accept_limit) {
  client::Client client(SuiteSettings());
  const auto answer = Submit(client, HeatingReport());
  if (!answer.ok()) return answer.status();
  const auto read = GetCase(client, answer->case_no());
  if (!read.ok()) return read.status();
  const auto& c = read->case_();
  *accept_limit = FromProto(c.assignments(0).accept_due_time()) -
                  FromProto(c.assignments(0).offer_time());
  const auto& admitted = read->timeline(0).admitted();
  cases::v1::Admission sample;
  *sample.mutable_report()->mutable_key() = admitted.report();
  sample.mutable_report()->set_title(admitted.title());
  sample.mutable_report()->set_text(admitted.text());
  *sample.mutable_plan() = admitted.plan();
  sample.mutable_plan()->mutable_place()->clear_point();
  return sample;
}

// Sees the timers fire, in the feed.
class Watcher {
 public:
  Watcher()
      : stub_(CaseService::NewStub(*client_.Channel("cases", "admin/wgctl"))),
        thread_([this] { Watch(); }) {}
  ~Watcher() {
    context_.TryCancel();
    thread_.join();
  }
  int fired() const { return fired_; }

 private:
  void Watch() {
    cases::v1::WatchEventsRequest request;
    request.set_from_now(true);
    const auto stream = stub_->WatchEvents(&context_, request);
    cases::v1::WatchEventsResponse page;
    while (stream->Read(&page)) {
      for (const auto& item : page.events()) {
        fired_ += item.event().urged().kind() == "accept";
      }
    }
    stream->Finish();
  }

  client::Client client_{SuiteSettings()};
  grpc::ClientContext context_;
  const std::unique_ptr<CaseService::Stub> stub_;
  std::atomic<int> fired_ = 0;
  std::thread thread_;
};

// Reports at a hundred a second; how long each took, from when it was due.
class Load {
 public:
  Load() : thread_([this] { Run(); }) {}
  ~Load() {
    stop_ = true;
    thread_.join();
  }
  // Those since the last call.
  std::vector<double> Take() {
    MutexLock lock(&mutex_);
    return std::exchange(milliseconds_, {});
  }

 private:
  void Run() {
    ReportLoad load;
    while (!stop_) {
      load.SendAtRate(100, absl::Seconds(1), ReportFromAnywhere,
                      [this](const grpc::Status& /*status*/, absl::Time due,
                             absl::Time /*sent*/) {
                        MutexLock lock(&mutex_);
                        milliseconds_.push_back(
                            absl::ToDoubleMilliseconds(absl::Now() - due));
                      });
    }
  }

  std::atomic<bool> stop_ = false;
  Mutex mutex_;
  std::vector<double> milliseconds_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

void WaitUntil(absl::Time time) {
  std::this_thread::sleep_until(absl::ToChronoTime(time));
}

}  // namespace

int RunTimers(const Options& options) {
  auto city = city::LoadFolder(SuiteSettings().city_folder);
  if (!city.ok()) return Report(city.status());
  absl::Duration accept_limit;
  const auto sample = Sample(&accept_limit);
  if (!sample.ok()) return Report(sample.status());
  const absl::Time due = absl::Now() + kLead;
  const absl::Status seeded =
      Seeder(*std::move(city), *sample).Run(options.dsn, due - accept_limit);
  if (!seeded.ok()) return Report(seeded);
  if (absl::Now() + absl::Seconds(5) > due) {
    std::fprintf(stderr, "bench: the cases were not admitted in time\n");
    return 1;
  }
  const Watcher watcher;
  Load load;
  WaitUntil(due - absl::Seconds(8));
  load.Take();  // Connections are warm now.
  WaitUntil(due - absl::Milliseconds(500));
  std::vector<double> before = load.Take();
  WaitUntil(due);
  load.Take();
  while (watcher.fired() < kTimers && absl::Now() < due + absl::Minutes(2)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - due);
  std::vector<double> meanwhile = load.Take();
  Print("timers", "fired", watcher.fired(), "timers", "due", kTimers);
  Print("timers", "all_fired_and_seen", seconds, "s", "limit", 10);
  Print("timers", "submit_p99_meanwhile", Percentile(&meanwhile, 0.99), "ms",
        "before", Percentile(&before, 0.99));
  return watcher.fired() == kTimers ? 0 : 1;
}

}  // namespace wangge::bench
