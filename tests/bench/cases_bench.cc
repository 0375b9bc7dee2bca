// The events of a case's life through the service (accept, result, check,
// close), against pgbench writing the equivalent rows on the same cluster.
#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "city/folder.h"
#include "rpc/identity.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::CaseService;

constexpr int kClients = 64;
constexpr size_t kChannels = 4;

struct Outcome {
  std::atomic<size_t> events = 0;
  std::atomic<size_t> errors = 0;
  Mutex mutex;
  std::vector<double> milliseconds ABSL_GUARDED_BY(mutex);
};

// Numbers of cases that wait for their officer, all the same one.
absl::StatusOr<std::vector<std::string>> SubmitCases(int count) {
  std::vector<std::string> case_nos(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  std::atomic<size_t> next = 0;
  Mutex mutex;
  absl::Status failure;
  for (int t = 0; t < kClients; ++t) {
    threads.emplace_back([&] {
      wgctl::Client own(SuiteSettings());
      for (size_t i = next++; i < case_nos.size(); i = next++) {
        const auto answer = Submit(own, HeatingReport("heating"));
        if (!answer.ok()) {
          MutexLock lock(&mutex);
          failure = answer.status();
          return;
        }
        case_nos[i] = answer->case_no();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  if (!failure.ok()) return failure;
  return case_nos;
}

// One client: whole lives, one after the other.
class Person {
 public:
  Person(std::shared_ptr<grpc::Channel> channel, wgctl::Client* client,
         const People& people, Outcome* outcome)
      : stub_(CaseService::NewStub(channel)),
        client_(*client),
        people_(people),
        outcome_(*outcome) {}

  void Live(const std::string& case_no) {
    cases::v1::SubmitResultRequest result;
    result.set_outcome(cases::v1::OUTCOME_RESOLVED);
    result.set_text("更换管件");
    result.set_public_reply("已恢复供热");
    cases::v1::CheckResultRequest check;
    check.set_passed(true);
    Do(people_.handler, &CaseService::Stub::AcceptAssignment, case_no,
       cases::v1::AcceptAssignmentRequest());
    Do(people_.handler, &CaseService::Stub::SubmitResult, case_no, result);
    Do(people_.checker, &CaseService::Stub::CheckResult, case_no, check);
    Do(people_.dispatcher, &CaseService::Stub::CloseCase, case_no,
       cases::v1::CloseCaseRequest());
  }

 private:
  template <typename Request>
  void Do(const std::string& officer,
          grpc::Status (CaseService::Stub::*method)(grpc::ClientContext*,
                                                    const Request&,
                                                    cases::v1::Case*),
          const std::string& case_no, Request request) {
    request.set_case_no(case_no);
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
  const People& people_;
  Outcome& outcome_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace

int RunCases(const Options& options) {
  const auto city = city::LoadFolder(SuiteSettings().city_folder);
  if (!city.ok()) return Report(city.status());
  const auto case_nos = SubmitCases(options.quick ? 4000 : 20000);
  if (!case_nos.ok()) return Report(case_nos.status());
  wgctl::Client client(SuiteSettings());
  const auto first = GetCase(client, (*case_nos)[0]);
  if (!first.ok()) return Report(first.status());
  const People people = PeopleOf(first->case_(), **city);
  const auto channels = ConnectedChannels("cases", "gateway/app", kChannels);
  Outcome outcome;
  std::atomic<size_t> next = 0;
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (size_t t = 0; t < kClients; ++t) {
    threads.emplace_back([&, t] {
      Person person(channels[t % kChannels], &client, people, &outcome);
      for (size_t i = next++; i < case_nos->size(); i = next++) {
        person.Live((*case_nos)[i]);
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
