// More reports of one source than can be worked on, because cases stands still:
// the source is told at once to come again, other sources are let in, and
// whoever was let in gets an answer.
#include <algorithm>
#include <memory>

#include "base/mutex.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "rpc/status.h"
#include "testing/status.h"
#include "tests/fault/processes.h"
#include "tests/suite.h"

namespace wangge {
namespace {

// Reports of one source, sent without waiting for answers.
class Flood {
 public:
  Flood(wgctl::Client* client, const std::string& source) : source_(source) {
    auto channel = client->Channel("intake", "source/" + source);
    EXPECT_OK(channel.status());
    stub_ = intake::v1::IntakeService::NewStub(*channel);
  }
  ~Flood() {
    MutexLock lock(&mutex_);
    while (answers_.size() < sent_) ended_.Wait(&mutex_);
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  void Send(size_t count) {
    sent_ += count;
    for (size_t i = 0; i < count; ++i) {
      SubmitLater(*stub_, HeatingReport(source_),
                  [this](const grpc::Status& status) { End(status); });
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

  const std::string source_;
  std::unique_ptr<intake::v1::IntakeService::Stub> stub_;
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

TEST(OverloadTest, AFloodOfOneSourceIsRefusedAtOnceAndNobodyElse) {
  // A source without a limit of its own may have 1,000 in work at most.
  constexpr size_t kFlood = 1200;
  constexpr size_t kTooMany = 200;
  wgctl::Client client(SuiteSettings());
  Flood flood(&client, "12345");
  Flood other(&client, "wechat");
  {
    const Stopped cases("cases");
    flood.Send(kFlood);
    const auto refused = flood.WaitForAnswers(kTooMany);
    ASSERT_GE(refused.size(), kTooMany);
    for (const absl::Status& status : refused) {
      EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_OVERLOADED)
          << status;
      EXPECT_GT(errors::RetryDelayOf(status), absl::ZeroDuration());
    }
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

}  // namespace
}  // namespace wangge
