// Five times as many reports as can be admitted: who is admitted waits little
// longer, the others are told at once to come again, and afterwards all is as
// before.
#include <thread>

#include "base/mutex.h"
#include "errors/errors.h"
#include "rpc/status.h"
#include "tests/bench/bench.h"
#include "tests/bench/open_loop.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using intake::v1::IntakeService;

constexpr int kOverload = 5;
constexpr int kFullClients = 64;
constexpr size_t kChannels = 4;

// What came of calls, milliseconds from when each was sent.
struct Outcome {
  Mutex mutex;
  std::vector<double> admitted ABSL_GUARDED_BY(mutex);
  std::vector<double> refused ABSL_GUARDED_BY(mutex);
  size_t without_delay ABSL_GUARDED_BY(mutex) = 0;
  size_t others ABSL_GUARDED_BY(mutex) = 0;

  void Add(const grpc::Status& status, absl::Time sent) {
    const double ms = absl::ToDoubleMilliseconds(absl::Now() - sent);
    MutexLock lock(&mutex);
    if (status.ok()) {
      admitted.push_back(ms);
    } else if (status.error_code() == grpc::StatusCode::RESOURCE_EXHAUSTED) {
      refused.push_back(ms);
      without_delay +=
          errors::RetryDelayOf(rpc::FromGrpc(status)) == absl::ZeroDuration();
    } else {
      ++others;
    }
  }
};

class Source {
 public:
  Source() {
    for (const auto& channel :
         ConnectedChannels("intake", "source/12345", kChannels)) {
      stubs_.push_back(IntakeService::NewStub(channel));
    }
  }

  // Sends at a rate, whether or not there are answers; waits for the last one.
  // Counts from when a report was sent: at five times the capacity the sender
  // itself falls behind.
  void Send(double rate, absl::Duration time, Outcome* outcome) {
    open_loop_.Send(rate, time, ReportFromAnywhere,
                    [&](const grpc::Status& status, absl::Time /*due*/,
                        absl::Time sent) { outcome->Add(status, sent); });
  }

  // Reports a second that `clients` get admitted one after the other.
  double Fill(int clients, absl::Duration time, Outcome* outcome) {
    const absl::Time start = absl::Now();
    std::vector<std::thread> threads;
    for (int t = 0; t < clients; ++t) {
      threads.emplace_back([&, t] {
        auto& stub = *stubs_[static_cast<size_t>(t) % kChannels];
        while (absl::Now() < start + time) {
          grpc::ClientContext context;
          intake::v1::SubmitReportResponse response;
          const absl::Time sent = absl::Now();
          outcome->Add(
              stub.SubmitReport(&context, ReportFromAnywhere(), &response),
              sent);
        }
      });
    }
    for (auto& thread : threads) thread.join();
    MutexLock lock(&outcome->mutex);
    return static_cast<double>(outcome->admitted.size()) /
           absl::ToDoubleSeconds(absl::Now() - start);
  }

 private:
  OpenLoop open_loop_;
  std::vector<std::unique_ptr<IntakeService::Stub>> stubs_;
};

}  // namespace

int RunOverload(const Options& options) {
  Source source;
  Outcome warm, full, calm, storm;
  source.Fill(kFullClients, absl::Seconds(3), &warm);
  const double capacity = source.Fill(kFullClients, options.Time(), &full);
  source.Send(100, absl::Seconds(5), &calm);
  source.Send(capacity * kOverload, options.Time(), &storm);
  // Second by second, until it is as it was.
  int seconds = 0;
  double after = 0;
  double before = 0;
  {
    MutexLock lock(&calm.mutex);
    before = Percentile(&calm.admitted, 0.99);
  }
  do {
    Outcome second;
    source.Send(100, absl::Seconds(1), &second);
    ++seconds;
    MutexLock lock(&second.mutex);
    after = second.refused.empty() ? Percentile(&second.admitted, 0.99) : 1e6;
  } while (after > 2 * before && seconds < 60);

  MutexLock full_lock(&full.mutex);
  MutexLock lock(&storm.mutex);
  const double sent = capacity * kOverload;
  Print("overload", "capacity_64_clients", capacity, "reports/s");
  Print("overload", "sent", sent, "reports/s");
  Print("overload", "admitted",
        static_cast<double>(storm.admitted.size()) /
            absl::ToDoubleSeconds(options.Time()),
        "reports/s", "capacity", capacity);
  Print("overload", "admitted_p99", Percentile(&storm.admitted, 0.99), "ms",
        "at capacity", Percentile(&full.admitted, 0.99));
  Print("overload", "refused", static_cast<double>(storm.refused.size()),
        "calls");
  Print("overload", "refused_p99", Percentile(&storm.refused, 0.99), "ms",
        "limit", 20);
  Print("overload", "refused_without_retry_delay",
        static_cast<double>(storm.without_delay), "calls");
  Print("overload", "normal_again_after", seconds, "s", "limit", 5);
  Print("overload", "other_errors", static_cast<double>(storm.others), "calls");
  return storm.others == 0 ? 0 : 1;
}

}  // namespace wangge::bench
