// More than can be worked on, because something stands still: who is too many
// is told at once to come again, and whoever was let in gets an answer.
#include <algorithm>
#include <memory>
#include <pqxx/pqxx>

#include "base/mutex.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "rpc/status.h"
#include "testing/status.h"
#include "tests/fault/processes.h"
#include "tests/suite.h"

namespace wangge {
namespace {

// Calls, sent without waiting for answers.
class Flood {
 public:
  using Then = std::function<void(const grpc::Status& status)>;

  // `send` sends one, and says what came of it later.
  explicit Flood(std::function<void(Then then)> send)
      : send_(std::move(send)) {}
  ~Flood() {
    MutexLock lock(&mutex_);
    while (answers_.size() < sent_) ended_.Wait(&mutex_);
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void Send(size_t count) {
    sent_ += count;
    for (size_t i = 0; i < count; ++i) {
      send_([this](const grpc::Status& status) { End(status); });
    }
  }

  // The answers, when there are so many; what there is after half a minute.
  std::vector<absl::Status> WaitForAnswers(size_t count) {
    const auto end =
        std::chrono::steady_clock::now() + std::chrono::seconds(30);
    MutexLock lock(&mutex_);
    while (answers_.size() < count && ended_.WaitUntil(&mutex_, end)) {
    }
    return answers_;
  }

 private:
  void End(const grpc::Status& status) {
    MutexLock lock(&mutex_);
    answers_.push_back(rpc::FromGrpc(status));
    ended_.SignalAll();
  }

  const std::function<void(Then then)> send_;
  size_t sent_ = 0;
  Mutex mutex_;
  CondVar ended_;
  std::vector<absl::Status> answers_ ABSL_GUARDED_BY(mutex_);
};

// A process that stands still while this lives.
class Stopped {
 public:
  explicit Stopped(const std::string& name) : pid_(PidOf(name)) {
    EXPECT_EQ(kill(pid_, SIGSTOP), 0) << name;
  }
  ~Stopped() { kill(pid_, SIGCONT); }
  Stopped(const Stopped&) = delete;
  Stopped& operator=(const Stopped&) = delete;

 private:
  const pid_t pid_;
};

// Reports of one source.
class Reports {
 public:
  Reports(client::Client* client, const std::string& source) : source_(source) {
    auto channel = client->Channel("intake", "source/" + source);
    EXPECT_OK(channel.status());
    stub_ = intake::v1::IntakeService::NewStub(*channel);
  }
  void operator()(const Flood::Then& then) const {
    SubmitLater(*stub_, HeatingReport(source_), then);
  }

 private:
  const std::string source_;
  std::shared_ptr<intake::v1::IntakeService::Stub> stub_;
};

void ExpectToldToComeAgain(const std::vector<absl::Status>& refused) {
  for (const absl::Status& status : refused) {
    EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_OVERLOADED)
        << status;
    EXPECT_GT(errors::RetryDelayOf(status), absl::ZeroDuration());
  }
}

// Of a source without a limit of its own, or of changes of cases, 1,000 may be
// in work at most.
constexpr size_t kFlood = 1200;
constexpr size_t kTooMany = 200;

TEST(OverloadTest, AFloodOfOneSourceIsRefusedAtOnceAndNobodyElse) {
  client::Client client(SuiteSettings());
  Flood flood(Reports(&client, "12345"));
  Flood other(Reports(&client, "wechat"));
  {
    const Stopped cases("cases");
    flood.Send(kFlood);
    const auto refused = flood.WaitForAnswers(kTooMany);
    ASSERT_GE(refused.size(), kTooMany);
    ExpectToldToComeAgain(refused);
    other.Send(1);
  }
  EXPECT_THAT(other.WaitForAnswers(1),
              ::testing::ElementsAre(absl::OkStatus()));
  const auto answers = flood.WaitForAnswers(kFlood);
  ASSERT_EQ(answers.size(), kFlood);
  for (const absl::Status& status : answers) {
    EXPECT_TRUE(status.ok() || absl::IsResourceExhausted(status)) << status;
  }
  // A clump may come at once.
  EXPECT_GT(std::count(answers.begin(), answers.end(), absl::OkStatus()), 100);
}

TEST(OverloadTest, ChangesThatWaitForTheDatabaseDoNotPileUp) {
  client::Client client(SuiteSettings());
  const auto submitted = Submit(client, HeatingReport("12345"));
  ASSERT_OK(submitted);
  const std::string& case_no = submitted->master_case_no().empty()
                                   ? submitted->case_no()
                                   : submitted->master_case_no();
  auto channel = client.Channel("cases", "source/12345");
  ASSERT_OK(channel);
  const auto stub = cases::v1::CaseService::NewStub(*channel);
  Flood flood([&](const Flood::Then& then) {
    using Async = cases::v1::CaseService::StubInterface::async_interface;
    cases::v1::UrgeCaseRequest request;
    request.set_case_no(case_no);
    request.set_request_id(NewUuid());
    CallLater<Async>(stub->async(), &Async::UrgeCase, std::move(request), "",
                     then);
  });
  {
    pqxx::connection connection(std::getenv("WANGGE_CASES_DSN"));
    pqxx::work held(connection);
    held.exec("LOCK TABLE cases");
    flood.Send(kFlood);
    const auto refused = flood.WaitForAnswers(kTooMany);
    ASSERT_GE(refused.size(), kTooMany);
    ExpectToldToComeAgain(refused);
  }
  const auto answers = flood.WaitForAnswers(kFlood);
  ASSERT_EQ(answers.size(), kFlood);
  // It was urged once, and the others were too soon after that.
  EXPECT_EQ(std::count(answers.begin(), answers.end(), absl::OkStatus()), 1);
}

}  // namespace
}  // namespace wangge
