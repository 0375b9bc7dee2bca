#include <iostream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "words/case_words.h"

namespace wangge::wgctl {
namespace {

using cases::v1::CaseService;

absl::Status ShowCase(Client& client, const std::string& case_no) {
  cases::v1::GetCaseRequest request;
  request.set_case_no(case_no);
  request.set_include_timeline(true);
  ASSIGN_OR_RETURN(const auto response,
                   (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                                        &CaseService::Stub::GetCase, request)));
  if (client.settings().json) {
    std::cout << ToJson(response) << "\n";
    return absl::OkStatus();
  }
  std::cout << DescribeCase(response.case_());
  for (const auto& reporter : response.reporters()) {
    std::cout << DescribeReporter(reporter) << "\n";
  }
  for (const auto& event : response.timeline()) {
    std::cout << DescribeEvent(event) << "\n";
  }
  return absl::OkStatus();
}

absl::Status List(Client& client, const cases::v1::ListCasesRequest& request) {
  ASSIGN_OR_RETURN(
      const auto response,
      (CallAs<CaseService>(client, "cases", "admin/wgctl", "",
                           &CaseService::Stub::ListCases, request)));
  for (const auto& c : response.cases()) {
    if (client.settings().json) {
      std::cout << ToJson(c) << "\n";
    } else {
      std::cout << c.case_no() << "  "
                << Short(cases::v1::CaseState_Name(c.state()), "CASE_STATE_")
                << "  " << c.category_name() << "  " << c.title()
                << (c.operator_reason().empty() ? "" : "  需人工：")
                << words::OperatorReason(c.operator_reason()) << "\n";
    }
  }
  return absl::OkStatus();
}

constexpr int kDefaultRadius = 500;

absl::Status ReadPoint(const std::string& text, common::v1::GeoPoint* point) {
  const std::vector<std::string> numbers = absl::StrSplit(text, ',');
  double latitude = 0;
  double longitude = 0;
  if (numbers.size() != 2 || !absl::SimpleAtod(numbers[0], &latitude) ||
      !absl::SimpleAtod(numbers[1], &longitude)) {
    return absl::InvalidArgumentError("--near " + text +
                                      " is no point; write 34.7657,113.7532");
  }
  point->set_latitude_deg(latitude);
  point->set_longitude_deg(longitude);
  point->set_coordinate_system(common::v1::COORDINATE_SYSTEM_WGS84);
  return absl::OkStatus();
}

}  // namespace

void AddCaseCommands(CLI::App* app, const Settings* settings) {
  static std::string case_no;
  static std::string state;
  static cases::v1::ListCasesRequest filter;
  static std::string unit;
  static std::string source;
  static bool needs_operator = false;
  static bool open = false;
  static std::string light;
  static std::string text;
  static std::string grid;
  static std::string near;
  static int radius = 0;
  static int size = 0;
  auto* command = app->add_subcommand("case", "Cases and their timelines.");
  command->require_subcommand(1);
  auto* show = command->add_subcommand("show", "Show a case's timeline.");
  show->add_option("case_no", case_no, "Case number")->required();
  show->footer("Example: wgctl case show 410103-20261123-001000");
  OnChosen(show, settings,
           [](Client& client) { return ShowCase(client, case_no); });
  AddProofCommands(app, command, settings);
  auto* list = command->add_subcommand("list", "List cases, newest first.");
  list->add_option("--state", state, "For example DISPATCHED");
  list->add_option("--unit", unit, "Only cases this unit leads");
  list->add_option("--source", source, "Only cases of this source");
  list->add_flag("--needs-operator", needs_operator,
                 "Only cases that wait for a person to choose");
  list->add_flag("--open", open, "Only open cases");
  list->add_option("--light", light,
                   "Only open cases with this light: green, yellow or red");
  list->add_option("--text", text,
                   "Only cases whose words contain these, parted by blanks");
  list->add_option("--grid", grid, "Only cases in this grid");
  auto* around = list->add_option("--near", near,
                                  "Only cases around this point, "
                                  "`latitude,longitude`, WGS84");
  list->add_option("--radius", radius, "With --near: metres, 1 to 5000")
      ->needs(around);
  list->footer(
      "Examples:\n"
      "  wgctl case list --unit heating-d410105 --light red\n"
      "  wgctl case list --open --text '暖气 97号'\n"
      "  wgctl case list --near 34.7657,113.7532 --radius 500");
  list->add_option("--size", size, "At most so many, 1 to 1000");
  OnChosen(list, settings, [](Client& client) -> absl::Status {
    cases::v1::CaseState parsed = cases::v1::CASE_STATE_UNSPECIFIED;
    if (!state.empty() &&
        !cases::v1::CaseState_Parse("CASE_STATE_" + state, &parsed)) {
      return absl::InvalidArgumentError("--state " + state +
                                        " is no state; try DISPATCHED");
    }
    if (!light.empty()) {
      ASSIGN_OR_RETURN(const auto chosen, EnumOption<common::v1::Light>(
                                              "LIGHT_", "--light", light));
      filter.set_light(chosen);
    }
    filter.set_state(parsed);
    filter.set_open(open);
    filter.set_lead_unit_id(unit);
    filter.set_source_id(source);
    filter.set_needs_operator(needs_operator);
    filter.set_page_size(size);
    filter.set_text(text);
    filter.set_grid_id(grid);
    if (!near.empty()) {
      RETURN_IF_ERROR(ReadPoint(near, filter.mutable_near()));
      filter.set_radius_meters(radius == 0 ? kDefaultRadius : radius);
    }
    return List(client, filter);
  });
}

}  // namespace wangge::wgctl
