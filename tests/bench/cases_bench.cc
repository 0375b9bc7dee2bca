// The events of a case's life through the service (accept, result, check,
// close), against pgbench writing the equivalent rows on the same cluster.
#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "city/format/folder.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/outcome.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using cases::v1::CaseService;

constexpr int kClients = 64;
constexpr size_t kChannels = 4;

// Numbers of cases that wait for their officer, all the same one.
absl::StatusOr<std::vector<std::string>> SubmitCases(int count) {
  std::vector<std::string> case_nos(static_cast<size_t>(count));
  std::vector<std::thread> threads;
  std::atomic<size_t> next = 0;
  Mutex mutex;
  absl::Status failure;
  for (int t = 0; t < kClients; ++t) {
    threads.emplace_back([&] {
      client::Client own(SuiteSettings());
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

// Cases to be lived through, each by whoever is free.
struct Work {
  const std::vector<std::string>& case_nos;
  std::atomic<size_t> next = 0;
  std::atomic<int> people = kClients;  // That are not done yet.
};

// One client: whole lives, one event after the other. It takes a thread only
// while it has something to do, as a client of pgbench does.
class Person {
 public:
  Person(std::shared_ptr<grpc::Channel> channel, client::Client* client,
         const People& people, Work* work, Outcome* outcome)
      : stub_(CaseService::NewStub(channel)),
        people_(people),
        work_(*work),
        outcome_(*outcome) {
    for (const auto& officer :
         {people.handler, people.checker, people.dispatcher}) {
      tokens_[officer] = *client->Token(officer);
    }
  }

  void LiveNext() {
    const size_t i = work_.next++;
    if (i < work_.case_nos.size()) return Accept(work_.case_nos[i]);
    if (--work_.people == 0) work_.people.notify_one();
  }

 private:
  using Stub = CaseService::StubInterface::async_interface;

  void Accept(const std::string& case_no) {
    Do(people_.handler, &Stub::AcceptAssignment, case_no,
       cases::v1::AcceptAssignmentRequest(), &Person::SubmitResult);
  }
  void SubmitResult(const std::string& case_no) {
    cases::v1::SubmitResultRequest result;
    result.set_outcome(cases::v1::OUTCOME_RESOLVED);
    result.set_text("更换管件");
    result.set_public_reply("已恢复供热");
    Do(people_.handler, &Stub::SubmitResult, case_no, result, &Person::Check);
  }
  void Check(const std::string& case_no) {
    cases::v1::CheckResultRequest check;
    check.set_passed(true);
    Do(people_.checker, &Stub::CheckResult, case_no, check, &Person::Close);
  }
  void Close(const std::string& case_no) {
    Do(people_.dispatcher, &Stub::CloseCase, case_no,
       cases::v1::CloseCaseRequest(), &Person::End);
  }
  void End(const std::string& /*case_no*/) { LiveNext(); }

  // Does one thing, then the next.
  template <typename Request>
  void Do(const std::string& officer,
          void (Stub::*method)(grpc::ClientContext*, const Request*,
                               cases::v1::Case*,
                               std::function<void(grpc::Status)>),
          const std::string& case_no, Request request,
          void (Person::*then)(const std::string&)) {
    request.set_case_no(case_no);
    request.set_request_id(NewUuid());
    CallLater<Stub>(
        stub_->async(), method, std::move(request), tokens_[officer],
        [this, case_no, then, sent = absl::Now()](const grpc::Status& status) {
          outcome_.Add(status, absl::Now() - sent);
          (this->*then)(case_no);
        });
  }

  const std::unique_ptr<CaseService::Stub> stub_;
  const People& people_;
  Work& work_;
  Outcome& outcome_;
  std::map<std::string, std::string> tokens_;
};

}  // namespace

int RunCases(const Options& options) {
  const auto city = city::LoadFolder(SuiteSettings().city_folder);
  if (!city.ok()) return Report(city.status());
  const auto case_nos = SubmitCases(options.quick ? 4000 : 12000);
  if (!case_nos.ok()) return Report(case_nos.status());
  client::Client client(SuiteSettings());
  const auto first = GetCase(client, (*case_nos)[0]);
  if (!first.ok()) return Report(first.status());
  const People people = PeopleOf(first->case_(), **city);
  const auto channels = ConnectedChannels("cases", "gateway/app", kChannels);
  Outcome outcome;
  Work work{*case_nos};
  std::vector<std::unique_ptr<Person>> persons;
  for (size_t i = 0; i < kClients; ++i) {
    persons.push_back(std::make_unique<Person>(channels[i % kChannels], &client,
                                               people, &work, &outcome));
  }
  const absl::Time start = absl::Now();
  for (const auto& person : persons) person->LiveNext();
  for (int left = work.people; left > 0; left = work.people) {
    work.people.wait(left);
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  Print("cases", "lifecycle_events_64_clients",
        static_cast<double>(outcome.calls() - outcome.errors()) / seconds,
        "events/s", "pgbench, 64 clients, the equivalent rows",
        options.peer_rate);
  Print("cases", "lifecycle_event_p50", outcome.At(0.5), "ms");
  Print("cases", "lifecycle_event_p99", outcome.At(0.99), "ms");
  Print("cases", "errors", static_cast<double>(outcome.errors()), "calls");
  return outcome.errors() == 0 ? 0 : 1;
}

}  // namespace wangge::bench
