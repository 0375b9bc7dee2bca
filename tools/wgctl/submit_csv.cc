#include "tools/wgctl/submit_csv.h"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "rpc/status.h"
#include "tools/wgctl/print.h"
#include "wangge/intake/v1/intake.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using client::Client;

using intake::v1::IntakeService;
using intake::v1::SubmitReportRequest;
using intake::v1::SubmitReportsResponse;

struct TimedRequest {
  SubmitReportRequest request;
  absl::Duration due;  // After the start.
};
using BySource = std::map<std::string, std::vector<TimedRequest>>;

// Since midnight, from HH:MM:SS.
std::optional<absl::Duration> ParseTimeOfDay(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, ':');
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (parts.size() != 3 || !absl::SimpleAtoi(parts[0], &hours) ||
      !absl::SimpleAtoi(parts[1], &minutes) ||
      !absl::SimpleAtoi(parts[2], &seconds)) {
    return std::nullopt;
  }
  return absl::Hours(hours) + absl::Minutes(minutes) + absl::Seconds(seconds);
}

absl::StatusOr<TimedRequest> ReadRow(const CsvOptions& options,
                                     const std::string& file,
                                     const CsvTable::Row& row) {
  GivenReport given{
      options.source.empty() ? row.Get("source_id") : options.source,
      row.Get("source_ref"),
      row.Get(options.title_column),
      row.Get(options.text_column),
      row.Get("address"),
      row.Get("latitude_deg"),
      row.Get("longitude_deg"),
      row.Get("coordinate_system")};
  if (given.ref.empty()) given.ref = absl::StrCat(file, ":", row.line());
  TimedRequest timed;
  ASSIGN_OR_RETURN(timed.request, MakeRequest(given));
  if (options.speed == 0) return timed;
  const auto time = ParseTimeOfDay(row.Get("time"));
  if (!time) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.path, ":", row.line(), ": time `", row.Get("time"),
                     "` is not HH:MM:SS; --speed needs it in every row"));
  }
  timed.due = *time / options.speed;
  return timed;
}

absl::StatusOr<BySource> ReadRequests(const CsvOptions& options) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(options.path));
  ASSIGN_OR_RETURN(
      const CsvTable table,
      CsvTable::Parse(options.path, content, {options.text_column}));
  const std::vector<std::string> path = absl::StrSplit(options.path, '/');
  BySource by_source;
  absl::Duration first = absl::InfiniteDuration();
  for (const auto& row : table.rows()) {
    ASSIGN_OR_RETURN(TimedRequest timed, ReadRow(options, path.back(), row));
    first = std::min(first, timed.due);
    by_source[timed.request.report().source_id()].push_back(std::move(timed));
  }
  for (auto& [source, requests] : by_source) {
    for (TimedRequest& timed : requests) timed.due -= first;
    std::stable_sort(
        requests.begin(), requests.end(),
        [](const auto& x, const auto& y) { return x.due < y.due; });
  }
  return by_source;
}

// All sources at once, each over a stream of its own.
class CsvRun {
 public:
  CsvRun(Client* client, const BySource& by_source)
      : client_(*client),
        by_source_(by_source),
        progress_("reports", CountAll(by_source)) {}

  absl::Status Run() {
    std::vector<std::thread> threads;
    for (const auto& [source, requests] : by_source_) {
      // Channels are made one after the other: the client is not thread-safe.
      auto channel = client_.Channel("intake", "source/" + source);
      if (!channel.ok()) {
        Fail(channel.status());
        break;
      }
      threads.emplace_back(
          [this, channel = *channel, &source = source, &requests = requests] {
            // A first connection that fails under load is tried again; the
            // stream itself says when none comes.
            channel->WaitForConnected(absl::ToChronoTime(client_.Deadline()));
            const absl::Status status =
                Submit(*IntakeService::NewStub(channel), source, requests);
            if (!status.ok()) Fail(status);
          });
    }
    for (std::thread& thread : threads) thread.join();
    return failure_;
  }

  std::string Summary() const {
    return absl::StrCat(admitted_, " admitted, ", replayed_,
                        " submitted before, ", refused_, " refused");
  }

 private:
  static size_t CountAll(const BySource& by_source) {
    size_t count = 0;
    for (const auto& [source, requests] : by_source) count += requests.size();
    return count;
  }

  void Fail(const absl::Status& status) {
    MutexLock lock(&mutex_);
    failure_.Update(status);
  }

  absl::Status Submit(IntakeService::Stub& stub, const std::string& source,
                      const std::vector<TimedRequest>& requests) {
    grpc::ClientContext context;
    const auto stream = stub.SubmitReports(&context);
    std::map<std::string, std::string> refs;  // By request_id.
    for (const auto& timed : requests) {
      refs[timed.request.request_id()] = timed.request.report().source_ref();
    }
    std::thread writer([&] {
      for (const auto& timed : requests) {
        std::this_thread::sleep_until(absl::ToChronoTime(start_ + timed.due));
        if (!stream->Write(timed.request)) return;
      }
      stream->WritesDone();
    });
    size_t answers = 0;
    SubmitReportsResponse answer;
    for (; stream->Read(&answer); ++answers) {
      Count(source, refs[answer.request_id()], answer);
    }
    writer.join();
    RETURN_IF_ERROR(rpc::FromGrpc(stream->Finish()));
    if (answers == requests.size()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat(
        requests.size() - answers, " reports of ", source,
        " got no answer; run the command again, what was admitted stays"));
  }

  void Count(const std::string& source, const std::string& ref,
             const SubmitReportsResponse& answer) {
    MutexLock lock(&mutex_);
    progress_.Set(++answers_);
    if (client_.settings().json) std::cout << ToJson(answer) << "\n";
    if (answer.code() == 0) {
      ++(answer.response().replayed() ? replayed_ : admitted_);
      return;
    }
    ++refused_;
    std::cerr << source << " " << ref << ": " << answer.reason() << ": "
              << answer.message() << "\n";
  }

  Client& client_;
  const BySource& by_source_;
  const absl::Time start_ = absl::Now();
  Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  size_t answers_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t admitted_ = 0;
  size_t replayed_ = 0;
  size_t refused_ = 0;
};

}  // namespace

absl::StatusOr<SubmitReportRequest> MakeRequest(const GivenReport& given) {
  SubmitReportRequest request;
  request.set_request_id(NewUuid());
  auto& report = *request.mutable_report();
  report.set_source_id(given.source);
  report.set_source_ref(given.ref);
  report.set_title(given.title);
  report.set_text(given.text);
  report.set_address(given.address);
  if (given.latitude.empty() && given.longitude.empty()) return request;
  double latitude = 0;
  double longitude = 0;
  common::v1::CoordinateSystem system;
  if (!absl::SimpleAtod(given.latitude, &latitude) ||
      !absl::SimpleAtod(given.longitude, &longitude) ||
      !common::v1::CoordinateSystem_Parse("COORDINATE_SYSTEM_" + given.system,
                                          &system)) {
    return absl::InvalidArgumentError(
        absl::StrCat("report ", given.ref, ": `", given.latitude, "`, `",
                     given.longitude, "`, `", given.system,
                     "` is no point; give --lat, --lon and --crs WGS84, "
                     "CGCS2000, GCJ02 or BD09"));
  }
  report.mutable_location()->set_latitude_deg(latitude);
  report.mutable_location()->set_longitude_deg(longitude);
  report.mutable_location()->set_coordinate_system(system);
  return request;
}

absl::Status SubmitCsv(Client& client, const CsvOptions& options) {
  ASSIGN_OR_RETURN(const BySource by_source, ReadRequests(options));
  CsvRun run(&client, by_source);
  RETURN_IF_ERROR(run.Run());
  if (!client.settings().json) std::cout << run.Summary() << "\n";
  return absl::OkStatus();
}

}  // namespace wangge::wgctl
