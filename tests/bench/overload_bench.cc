// Five times as many reports as can be admitted: who is admitted waits little
// longer, the others are told at once to come again, and afterwards all is as
// before.
#include "base/mutex.h"
#include "errors/errors.h"
#include "rpc/status.h"
#include "tests/bench/bench.h"
#include "tests/bench/report_load.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

constexpr int kOverload = 5;
constexpr int kFullClients = 64;

// What came of calls, milliseconds from when each was sent.
struct Outcome {
  Mutex mutex;
  std::vector<double> admitted ABSL_GUARDED_BY(mutex);
  std::vector<double> refused ABSL_GUARDED_BY(mutex);
  size_t without_delay ABSL_GUARDED_BY(mutex) = 0;
  size_t others ABSL_GUARDED_BY(mutex) = 0;

  // From when it was sent, not due: at five times the capacity the sender
  // itself falls behind.
  ReportLoad::Done Adder() {
    return [this](const grpc::Status& status, absl::Time /*due*/,
                  absl::Time sent) { Add(status, sent); };
  }

  // Reports a second.
  double AdmittedIn(double seconds) {
    MutexLock lock(&mutex);
    return static_cast<double>(admitted.size()) / seconds;
  }

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

}  // namespace

int RunOverload(const Options& options) {
  ReportLoad load;
  Outcome warm, full, calm, storm;
  load.SendInTurn(kFullClients, absl::Seconds(3), ReportFromAnywhere,
                  warm.Adder());
  const double full_seconds = load.SendInTurn(kFullClients, options.Time(),
                                              ReportFromAnywhere, full.Adder());
  const double capacity = full.AdmittedIn(full_seconds);
  load.SendAtRate(100, absl::Seconds(5), ReportFromAnywhere, calm.Adder());
  load.SendAtRate(capacity * kOverload, options.Time(), ReportFromAnywhere,
                  storm.Adder());
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
    load.SendAtRate(100, absl::Seconds(1), ReportFromAnywhere, second.Adder());
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
