// SubmitReport through the whole suite, against pgbench on the same cluster.
#include <atomic>
#include <thread>

#include "tests/bench/bench.h"
#include "tests/bench/channels.h"
#include "tests/bench/outcome.h"
#include "tests/bench/report_load.h"
#include "tests/bench/reports.h"
#include "tests/suite.h"

namespace wangge::bench {
namespace {

using intake::v1::IntakeService;

constexpr int kClients = 64;

// From when each call was due.
ReportLoad::Done AddTo(Outcome* outcome) {
  return [outcome](const grpc::Status& status, absl::Time due,
                   absl::Time /*sent*/) {
    outcome->Add(status, absl::Now() - due);
  };
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
  Outcome outcome;
  ReportLoad().SendAtRate(200, absl::Seconds(10), OneDistrict, AddTo(&outcome));
  return outcome.errors() == 0 ? 0 : 1;
}

int RunSubmit(const Options& options) {
  const std::string peer = "pgbench, 64 clients, the same rows";
  ReportLoad load;
  Outcome warm, full, half;  // Connections and plans are warmed first.
  load.SendInTurn(kClients, absl::Seconds(3), ReportFromAnywhere, AddTo(&warm));
  const double seconds = load.SendInTurn(kClients, options.Time(),
                                         ReportFromAnywhere, AddTo(&full));
  const double rate = static_cast<double>(full.calls()) / seconds;
  Print("submit", "unary_64_clients", rate, "reports/s", peer,
        options.peer_rate);
  Print("submit", "unary_full_load_p50", full.At(0.5), "ms");
  Print("submit", "unary_full_load_p99", full.At(0.99), "ms");
  load.SendAtRate(rate / 2, options.Time(), ReportFromAnywhere, AddTo(&half));
  Print("submit", "unary_half_load_p50", half.At(0.5), "ms");
  Print("submit", "unary_half_load_p99", half.At(0.99), "ms", "limit", 50);
  Print("submit", "stream", RunStream(options.Time()), "reports/s", peer,
        options.peer_rate);
  const size_t errors = full.errors() + half.errors();
  Print("submit", "errors", static_cast<double>(errors), "calls");
  return errors == 0 ? 0 : 1;
}

}  // namespace wangge::bench
