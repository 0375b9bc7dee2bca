#include <iostream>
#include <map>
#include <thread>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/intake/v1/intake.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using intake::v1::IntakeService;
using intake::v1::SubmitReportRequest;
using intake::v1::SubmitReportsResponse;

struct Options {
  std::string csv;
  std::string source;
  std::string ref;
  std::string title;
  std::string text;
  std::string address;
  std::string latitude;
  std::string longitude;
  std::string system;
  // Columns of --csv.
  std::string title_column = "title";
  std::string text_column = "text";
};

struct Given {
  std::string source, ref, title, text, address, latitude, longitude, system;
};

absl::StatusOr<SubmitReportRequest> MakeRequest(const Given& given) {
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

absl::Status SubmitOne(Client& client, const Options& o) {
  ASSIGN_OR_RETURN(const auto request,
                   MakeRequest({o.source, o.ref, o.title, o.text, o.address,
                                o.latitude, o.longitude, o.system}));
  ASSIGN_OR_RETURN(
      const auto response,
      (CallAs<IntakeService>(client, "intake", "source/" + o.source, "",
                             &IntakeService::Stub::SubmitReport, request)));
  if (client.settings().json) {
    std::cout << ToJson(response) << "\n";
    return absl::OkStatus();
  }
  std::cout << response.case_no() << "  "
            << Short(cases::v1::CaseState_Name(response.state()), "CASE_STATE_")
            << "  " << response.unit_name() << " " << response.officer_name()
            << (response.replayed() ? "  (submitted before)" : "") << "\n";
  return absl::OkStatus();
}

// The rows of a CSV as requests, by source.
absl::StatusOr<std::map<std::string, std::vector<SubmitReportRequest>>>
ReadRequests(const Options& o) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(o.csv));
  ASSIGN_OR_RETURN(const CsvTable table,
                   CsvTable::Parse(o.csv, content, {o.text_column}));
  const std::vector<std::string> path = absl::StrSplit(o.csv, '/');
  std::map<std::string, std::vector<SubmitReportRequest>> by_source;
  for (const auto& row : table.rows()) {
    Given given{o.source.empty() ? row.Get("source_id") : o.source,
                row.Get("source_ref"),
                row.Get(o.title_column),
                row.Get(o.text_column),
                row.Get("address"),
                row.Get("latitude_deg"),
                row.Get("longitude_deg"),
                row.Get("coordinate_system")};
    if (given.ref.empty()) {
      given.ref = absl::StrCat(path.back(), ":", row.line());
    }
    ASSIGN_OR_RETURN(auto request, MakeRequest(given));
    by_source[given.source].push_back(std::move(request));
  }
  return by_source;
}

struct Totals {
  size_t admitted = 0;
  size_t replayed = 0;
  size_t refused = 0;
};

absl::Status SubmitAs(Client& client, const std::string& source,
                      const std::vector<SubmitReportRequest>& requests,
                      Totals* totals) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("intake", "source/" + source));
  const auto stub = IntakeService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->SubmitReports(&context);
  std::map<std::string, std::string> refs;  // By request_id.
  for (const auto& request : requests) {
    refs[request.request_id()] = request.report().source_ref();
  }
  std::thread writer([&] {
    for (const auto& request : requests) {
      if (!stream->Write(request)) return;
    }
    stream->WritesDone();
  });
  Progress progress(source, requests.size());
  SubmitReportsResponse answer;
  size_t answers = 0;
  while (stream->Read(&answer)) {
    progress.Set(++answers);
    if (client.settings().json) std::cout << ToJson(answer) << "\n";
    if (answer.code() == 0) {
      ++(answer.response().replayed() ? totals->replayed : totals->admitted);
      continue;
    }
    ++totals->refused;
    std::cerr << source << " " << refs[answer.request_id()] << ": "
              << answer.reason() << ": " << answer.message() << "\n";
  }
  writer.join();
  RETURN_IF_ERROR(rpc::FromGrpc(stream->Finish()));
  if (answers == requests.size()) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat(requests.size() - answers, " reports of ", source,
                   " got no answer; run "
                   "the command again, what was admitted stays"));
}

absl::Status SubmitCsv(Client& client, const Options& options) {
  ASSIGN_OR_RETURN(const auto by_source, ReadRequests(options));
  Totals totals;
  for (const auto& [source, requests] : by_source) {
    RETURN_IF_ERROR(SubmitAs(client, source, requests, &totals));
  }
  if (!client.settings().json) {
    std::cout << totals.admitted << " admitted, " << totals.replayed
              << " submitted before, " << totals.refused << " refused\n";
  }
  return absl::OkStatus();
}

}  // namespace

void AddSubmitCommand(CLI::App* app, const Settings* settings) {
  static Options o;
  auto* submit = app->add_subcommand(
      "submit", "Submit a report, or all rows of a CSV, as a source.");
  submit->add_option("--csv", o.csv, "CSV of reports: one stream a source");
  submit->add_option("--source", o.source,
                     "Source id; with --csv the column source_id else");
  submit->add_option("--ref", o.ref, "The source's own reference");
  submit->add_option("--title", o.title, "Title");
  submit->add_option("--text", o.text, "What happened");
  submit->add_option("--address", o.address, "Address in everyday words");
  submit->add_option("--lat", o.latitude, "Degrees north");
  submit->add_option("--lon", o.longitude, "Degrees east");
  submit->add_option("--crs", o.system, "WGS84, CGCS2000, GCJ02 or BD09");
  submit->add_option("--title-column", o.title_column, "Column of --csv");
  submit->add_option("--text-column", o.text_column, "Column of --csv");
  submit->footer(
      "Examples:\n"
      "  wgctl submit --source 12345 --ref A1 --text '暖气不热' --address "
      "'开普西一区'\n"
      "  wgctl submit --csv var/day.csv\n"
      "  wgctl submit --csv messages.csv --source 12345 --title-column "
      "留言主题 "
      "--text-column 留言详情");
  OnChosen(submit, settings, [](Client& client) {
    return o.csv.empty() ? SubmitOne(client, o) : SubmitCsv(client, o);
  });
}

}  // namespace wangge::wgctl
