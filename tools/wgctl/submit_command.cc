#include <iostream>

#include "base/status_macros.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "tools/wgctl/submit_csv.h"
#include "wangge/intake/v1/intake.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using intake::v1::IntakeService;

absl::Status SubmitOne(Client& client, const GivenReport& given) {
  ASSIGN_OR_RETURN(const auto request, MakeRequest(given));
  ASSIGN_OR_RETURN(
      const auto response,
      (CallAs<IntakeService>(client, "intake", "source/" + given.source, "",
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

}  // namespace

void AddSubmitCommand(CLI::App* app, const Settings* settings) {
  static GivenReport o;
  static CsvOptions csv;
  auto* submit = app->add_subcommand(
      "submit", "Submit a report, or all rows of a CSV, as a source.");
  submit->add_option("--csv", csv.path, "CSV of reports: one stream a source");
  submit->add_option("--source", o.source,
                     "Source id; with --csv the column source_id else");
  submit->add_option("--ref", o.ref, "The source's own reference");
  submit->add_option("--title", o.title, "Title");
  submit->add_option("--text", o.text, "What happened");
  submit->add_option("--address", o.address, "Address in everyday words");
  submit->add_option("--lat", o.latitude, "Degrees north");
  submit->add_option("--lon", o.longitude, "Degrees east");
  submit->add_option("--crs", o.system, "WGS84, CGCS2000, GCJ02 or BD09");
  submit->add_option("--title-column", csv.title_column, "Column of --csv");
  submit->add_option("--text-column", csv.text_column, "Column of --csv");
  submit
      ->add_option("--speed", csv.speed,
                   "Play --csv live by its column time, so many times faster")
      ->check(CLI::PositiveNumber);
  submit->footer(
      "Examples:\n"
      "  wgctl submit --source 12345 --ref A1 --text '暖气不热' --address "
      "'开普西一区'\n"
      "  wgctl submit --csv var/day.csv\n"
      "  wgctl submit --csv var/day.csv --speed 1440   (a day in a minute)\n"
      "  wgctl submit --csv messages.csv --source 12345 --title-column "
      "留言主题 "
      "--text-column 留言详情");
  OnChosen(submit, settings, [](Client& client) {
    csv.source = o.source;
    return csv.path.empty() ? SubmitOne(client, o) : SubmitCsv(client, csv);
  });
}

}  // namespace wangge::wgctl
