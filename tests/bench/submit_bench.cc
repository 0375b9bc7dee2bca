// SubmitReport through the whole suite, against pgbench on the same cluster.
#include <atomic>
#include <thread>

#include "base/mutex.h"
#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/open_loop.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using intake::v1::IntakeService;

constexpr int kClients = 64;

struct Outcome {
  double per_second = 0;
  std::vector<double> milliseconds;
  size_t errors = 0;
};

// `clients` of which each sends a report when the one before is answered.
Outcome RunClosed(int clients, absl::Duration time) {
  const auto channels = ConnectedChannels("intake", "source/12345", 4);
  std::atomic<size_t> errors = 0;
  Mutex mutex;
  std::vector<double> all;
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (int t = 0; t < clients; ++t) {
    threads.emplace_back([&, t] {
      const auto stub =
          IntakeService::NewStub(channels[static_cast<size_t>(t) % 4]);
      std::vector<double> own;
      while (absl::Now() < start + time) {
        grpc::ClientContext context;
        context.set_deadline(
            absl::ToChronoTime(absl::Now() + absl::Seconds(20)));
        intake::v1::SubmitReportResponse response;
        const absl::Time sent = absl::Now();
        const grpc::Status status =
            stub->SubmitReport(&context, ReportFromAnywhere(), &response);
        if (!status.ok() && errors++ == 0) {
          std::fprintf(stderr, "bench: %s\n", status.error_message().c_str());
        }
        own.push_back(absl::ToDoubleMilliseconds(absl::Now() - sent));
      }
      MutexLock lock(&mutex);
      all.insert(all.end(), own.begin(), own.end());
    });
  }
  for (auto& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  return {static_cast<double>(all.size()) / seconds, std::move(all), errors};
}

// Reports by chance, as people call, timed from when each was due.
Outcome RunOpen(double rate, absl::Duration time, OpenLoop::Make make) {
  Mutex mutex;
  Outcome outcome;
  OpenLoop().Send(
      rate, time, make,
      [&](const grpc::Status& status, absl::Time due, absl::Time /*sent*/) {
        const double milliseconds =
            absl::ToDoubleMilliseconds(absl::Now() - due);
        MutexLock lock(&mutex);
        outcome.milliseconds.push_back(milliseconds);
        outcome.errors += status.ok() ? 0 : 1;
      });
  return outcome;
}

double RunStream(absl::Duration time) {
  const auto channels = ConnectedChannels("intake", "source/12345", 2);
  std::atomic<size_t> answers = 0;
  std::vector<std::thread> threads;
  const absl::Time start = absl::Now();
  for (const auto& channel : channels) {
    threads.emplace_back([&, channel] {
      const auto stub = IntakeService::NewStub(channel);
      grpc::ClientContext context;
      const auto stream = stub->SubmitReports(&context);
      std::thread writer([&] {
        while (absl::Now() < start + time &&
               stream->Write(ReportFromAnywhere())) {
        }
        stream->WritesDone();
      });
      intake::v1::SubmitReportsResponse answer;
      while (stream->Read(&answer)) answers += answer.code() == 0 ? 1U : 0U;
      writer.join();
      stream->Finish();
    });
  }
  for (auto& thread : threads) thread.join();
  return static_cast<double>(answers) /
         absl::ToDoubleSeconds(absl::Now() - start);
}

// Where tests/bench/officer_latency has attached the officers.
intake::v1::SubmitReportRequest OneDistrict() { return HeatingReport(); }

}  // namespace

int RunPace() {
  const Outcome outcome = RunOpen(200, absl::Seconds(10), OneDistrict);
  return outcome.errors == 0 ? 0 : 1;
}

int RunSubmit(const Options& options) {
  const std::string peer = "pgbench, 64 clients, the same rows";
  RunClosed(kClients, absl::Seconds(3));  // Warm connections and plans.
  Outcome full = RunClosed(kClients, options.Time());
  Print("submit", "unary_64_clients", full.per_second, "reports/s", peer,
        options.peer_rate);
  Print("submit", "unary_full_load_p50", Percentile(&full.milliseconds, 0.5),
        "ms");
  Print("submit", "unary_full_load_p99", Percentile(&full.milliseconds, 0.99),
        "ms");
  Outcome half =
      RunOpen(full.per_second / 2, options.Time(), ReportFromAnywhere);
  Print("submit", "unary_half_load_p50", Percentile(&half.milliseconds, 0.5),
        "ms");
  Print("submit", "unary_half_load_p99", Percentile(&half.milliseconds, 0.99),
        "ms", "limit", 50);
  Print("submit", "stream", RunStream(options.Time()), "reports/s", peer,
        options.peer_rate);
  const size_t errors = full.errors + half.errors;
  Print("submit", "errors", static_cast<double>(errors), "calls");
  return errors == 0 ? 0 : 1;
}

}  // namespace wangge::bench
