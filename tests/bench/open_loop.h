// Reports that are sent when they are due, whether or not earlier ones are
// answered: as many people call, who do not wait for each other.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/channels.h"
#include "tests/suite.h"

namespace wangge::bench {

// One Send at a time.
class OpenLoop {
 public:
  using Make = intake::v1::SubmitReportRequest (*)();
  // Comes from threads of gRPC, many at once. A sender that falls behind sends
  // later than was due.
  using Done = std::function<void(const grpc::Status& status, absl::Time due,
                                  absl::Time sent)>;

  OpenLoop() {
    for (const auto& channel :
         ConnectedChannels("intake", "source/12345", kChannels)) {
      stubs_.push_back(intake::v1::IntakeService::NewStub(channel));
    }
  }

  // Sends `rate` reports a second for `time`, each an exponentially distributed
  // while after the one before; returns when all are answered.
  void Send(double rate, absl::Duration time, Make make, const Done& done) {
    std::exponential_distribution<> gap(rate);
    std::atomic<int> open = 0;
    const absl::Time start = absl::Now();
    absl::Time due = start + absl::Seconds(gap(random_));
    for (size_t i = 0; due < start + time; ++i) {
      if (absl::Now() < due) {
        std::this_thread::sleep_until(absl::ToChronoTime(due));
      }
      ++open;
      Start(*stubs_[i % kChannels], make(),
            [&done, &open, due](const grpc::Status& status, absl::Time sent) {
              done(status, due, sent);
              if (--open == 0) open.notify_one();
            });
      due += absl::Seconds(gap(random_));
    }
    for (int left = open; left > 0; left = open) open.wait(left);
  }

 private:
  static constexpr size_t kChannels = 4;

  struct Call {
    grpc::ClientContext context;
    intake::v1::SubmitReportRequest request;
    intake::v1::SubmitReportResponse response;
    absl::Time sent;
  };

  template <typename Then>
  static void Start(intake::v1::IntakeService::Stub& stub,
                    intake::v1::SubmitReportRequest request, Then then) {
    auto call = std::make_shared<Call>();
    call->request = std::move(request);
    call->context.set_deadline(
        absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    call->sent = absl::Now();
    stub.async()->SubmitReport(
        &call->context, &call->request, &call->response,
        [call, then](const grpc::Status& status) { then(status, call->sent); });
  }

  std::vector<std::unique_ptr<intake::v1::IntakeService::Stub>> stubs_;
  std::minstd_rand random_{1};
};

}  // namespace wangge::bench
