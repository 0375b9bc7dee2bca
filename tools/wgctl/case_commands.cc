#include <iostream>

#include "base/status_macros.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

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
                << c.operator_reason() << "\n";
    }
  }
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
  list->footer("Example: wgctl case list --unit heating-d410105 --light red");
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
    return List(client, filter);
  });
}

}  // namespace wangge::wgctl
