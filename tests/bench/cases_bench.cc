// The events of a case's life through the service (accept, result, check,
// close), against pgbench writing the equivalent rows on the same cluster.
#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "city/folder.h"
#include "rpc/identity.h"
#include "tests/bench/bench.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::CaseService;

constexpr int kClients = 64;
constexpr size_t kChannels = 4;

// A case that waits for its officer, and the people of its life.
struct Work {
  std::string case_no;
  std::string handler, checker, dispatcher;
};

struct Outcome {
  std::atomic<size_t> events = 0;
  std::atomic<size_t> errors = 0;
  Mutex mutex;
  std::vector<double> milliseconds ABSL_GUARDED_BY(mutex);
};

absl::StatusOr<std::vector<Work>> MakeWork(int count, const city::City& city) {
  wgctl::Client client(SuiteSettings());
  std::vector<Work> all(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  std::atomic<size_t> next = 0;
  Mutex mutex;
  absl::Status failure;
  for (int t = 0; t < kClients; ++t) {
    threads.emplace_back([&] {
      wgctl::Client own(SuiteSettings());
      for (size_t i = next++; i < all.size(); i = next++) {
        const auto answer = Submit(own, HeatingReport("heating"));
        if (!answer.ok()) {
          MutexLock lock(&mutex);
          failure = answer.status();
          return;
        }
        all[i].case_no = answer->case_no();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (!failure.ok()) return failure;
  const auto first = GetCase(client, all[0].case_no);
  if (!first.ok()) return first.status();
  const auto& lead = first->case_().assignments(0);
  const auto* grid = city.FindGrid(*first->case_().grid_ids().rbegin());
  const auto teams = city.UnitsFor(
      "grid_team", common::v1::UNIT_LEVEL_UNSPECIFIED, city.ChainOf(*grid));
  const auto& centre = city.LowestCommonCentre({lead.unit_id()});
  for (Work& work : all) {
    work.handler = lead.officer_id();
    work.checker = city.OfficersOf(teams[0]->unit_id())[0]->officer_id();
    work.dispatcher = city.OfficersOf(centre.unit_id())[0]->officer_id();
  }
  return all;
}

// One client: whole lives, one after the other.
class Person {
 public:
  Person(std::shared_ptr<grpc::Channel> channel, wgctl::Client* client,
         Outcome* outcome)
      : stub_(CaseService::NewStub(channel)),
        client_(*client),
        outcome_(*outcome) {}

  void Live(const Work& work) {
    cases::v1::SubmitResultRequest result;
    result.set_outcome(cases::v1::OUTCOME_RESOLVED);
    result.set_text("更换管件");
    result.set_public_reply("已恢复供热");
    cases::v1::CheckResultRequest check;
    check.set_passed(true);
    Do(work.handler, &CaseService::Stub::AcceptAssignment, work,
       cases::v1::AcceptAssignmentRequest());
    Do(work.handler, &CaseService::Stub::SubmitResult, work, result);
    Do(work.checker, &CaseService::Stub::CheckResult, work, check);
    Do(work.dispatcher, &CaseService::Stub::CloseCase, work,
       cases::v1::CloseCaseRequest());
  }

 private:
  template <typename Request>
  void Do(const std::string& officer,
          grpc::Status (CaseService::Stub::*method)(grpc::ClientContext*,
                                                    const Request&,
                                                    cases::v1::Case*),
          const Work& work, Request request) {
    request.set_case_no(work.case_no);
    request.set_request_id(NewUuid());
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
    std::string& token = tokens_[officer];
    if (token.empty()) token = *client_.Token(officer);
    context.AddMetadata(rpc::kTokenKey, token);
    cases::v1::Case response;
    const absl::Time start = absl::Now();
    const grpc::Status status =
        ((*stub_).*method)(&context, request, &response);
    const bool ok = status.ok();
    if (!ok && outcome_.errors == 0) {
      std::fprintf(stderr, "bench: %s\n", status.error_message().c_str());
    }
    const double ms = absl::ToDoubleMilliseconds(absl::Now() - start);
    ++(ok ? outcome_.events : outcome_.errors);
    MutexLock lock(&outcome_.mutex);
    outcome_.milliseconds.push_back(ms);
  }

  const std::unique_ptr<CaseService::Stub> stub_;
  wgctl::Client& client_;
  Outcome& outcome_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace

int RunCases(const Options& options) {
  const auto city = city::LoadFolder(SuiteSettings().city_folder);
  if (!city.ok()) return Report(city.status());
  const auto work = MakeWork(options.quick ? 4000 : 20000, **city);
  if (!work.ok()) return Report(work.status());
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  wgctl::Client client(SuiteSettings());
  for (size_t i = 0; i < kChannels; ++i) {
    wgctl::Client own(SuiteSettings());
    channels.push_back(*own.Channel("cases", "gateway/app"));
    channels.back()->WaitForConnected(
        absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
  }
  Outcome outcome;
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (size_t t = 0; t < kClients; ++t) {
    threads.emplace_back([&, t] {
      Person person(channels[t % kChannels], &client, &outcome);
      for (size_t i = next++; i < work->size(); i = next++) {
        person.Live((*work)[i]);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  Print("cases", "lifecycle_events_64_clients",
        static_cast<double>(outcome.events) / seconds, "events/s",
        "pgbench, 64 clients, the equivalent rows", options.peer_rate);
  MutexLock lock(&outcome.mutex);
  Print("cases", "lifecycle_event_p50", Percentile(&outcome.milliseconds, 0.5),
        "ms");
  Print("cases", "lifecycle_event_p99", Percentile(&outcome.milliseconds, 0.99),
        "ms");
  Print("cases", "errors", static_cast<double>(outcome.errors), "calls");
  return outcome.errors == 0 ? 0 : 1;
}

}  // namespace wangge::bench
