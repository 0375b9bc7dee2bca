// Reports sent to intake, at a rate or by clients in turn.
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

// One sending at a time.
class ReportLoad {
 public:
  using Make = intake::v1::SubmitReportRequest (*)();
  // Comes from many threads at once.
  using Done = std::function<void(const grpc::Status& status, absl::Time due,
                                  absl::Time sent)>;

  ReportLoad() {
    for (const auto& channel :
         ConnectedChannels("intake", "source/12345", kChannels)) {
      stubs_.push_back(intake::v1::IntakeService::NewStub(channel));
    }
  }

  // Sends `rate` reports a second for `time`, each an exponentially distributed
  // while after the one before, whether or not earlier ones are answered, as
  // people call who do not wait for each other; returns when all are answered.
  // A sender that falls behind sends later than was due.
  void SendAtRate(double rate, absl::Duration time, Make make,
                  const Done& done) {
    std::exponential_distribution<> gap(rate);
    std::atomic<int> open = 0;
    const absl::Time start = absl::Now();
    absl::Time due = start + absl::Seconds(gap(random_));
    for (size_t i = 0; due < start + time; ++i) {
      if (absl::Now() < due) {
        std::this_thread::sleep_until(absl::ToChronoTime(due));
      }
      ++open;
      auto request = make();
      SubmitLater(
          *stubs_[i % kChannels], std::move(request),
          [&done, &open, due, sent = absl::Now()](const grpc::Status& status) {
            done(status, due, sent);
            if (--open == 0) open.notify_one();
          });
      due += absl::Seconds(gap(random_));
    }
    for (int left = open; left > 0; left = open) open.wait(left);
  }

  // For `time` each of `clients` sends a report when the one before is
  // answered. The seconds until the last one was.
  double SendInTurn(int clients, absl::Duration time, Make make,
                    const Done& done) {
    std::vector<std::thread> threads;
    const absl::Time start = absl::Now();
    for (int t = 0; t < clients; ++t) {
      threads.emplace_back([&, t] {
        auto& stub = *stubs_[static_cast<size_t>(t) % kChannels];
        while (absl::Now() < start + time) {
          const auto request = make();
          grpc::ClientContext context;
          context.set_deadline(
              absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
          intake::v1::SubmitReportResponse response;
          const absl::Time sent = absl::Now();
          const grpc::Status status =
              stub.SubmitReport(&context, request, &response);
          done(status, sent, sent);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    return absl::ToDoubleSeconds(absl::Now() - start);
  }

 private:
  static constexpr size_t kChannels = 4;

  std::vector<std::unique_ptr<intake::v1::IntakeService::Stub>> stubs_;
  std::minstd_rand random_{1};
};

}  // namespace wangge::bench
