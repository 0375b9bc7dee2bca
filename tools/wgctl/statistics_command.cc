#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::Share;
using cases::v1::Statistics;
using cases::v1::StatisticsService;

// 95.0%; a dash when nothing can be said.
std::string Percent(const Share& share) {
  if (share.of_count() == 0) return "-";
  return absl::StrFormat("%.1f%%", 100.0 * static_cast<double>(share.count()) /
                                       static_cast<double>(share.of_count()));
}

std::string PercentOf(const Share& share) {
  return share.of_count() == 0
             ? "-"
             : absl::StrCat(Percent(share), " of ", share.of_count());
}

void PrintRow(const Statistics& s) {
  std::cout << absl::StrFormat(
      "%-20s %8d %6d %6d %6d %7s %7s %7s %6d %6d %6d %7s %7s\n",
      s.key().empty() ? "-" : s.key(), s.case_count(), s.green_count(),
      s.yellow_count(), s.red_count(), Percent(s.filed_on_time()),
      Percent(s.dispatched_on_time()), Percent(s.handled_on_time()),
      s.return_count(), s.rework_count(), s.reopen_count(),
      Percent(s.joint_closed()), Percent(s.satisfied()));
}

void PrintTable(const cases::v1::GetStatisticsResponse& response) {
  std::cout << absl::StrFormat(
      "%-20s %8s %6s %6s %6s %7s %7s %7s %6s %6s %6s %7s %7s\n", "key", "cases",
      "green", "yellow", "red", "filed", "disp.", "handled", "return", "rework",
      "reopen", "joint", "satisf.");
  for (const Statistics& row : response.rows()) PrintRow(row);
}

void PrintWhole(const Statistics& s) {
  std::cout << "cases                " << s.case_count() << "\n";
  for (const auto& state : s.states()) {
    std::cout << absl::StrFormat(
        "  %-18s %d\n",
        absl::AsciiStrToLower(
            Short(cases::v1::CaseState_Name(state.state()), "CASE_STATE_")),
        state.count());
  }
  std::cout << "green/yellow/red     " << s.green_count() << "/"
            << s.yellow_count() << "/" << s.red_count() << "\n"
            << "filed on time        " << PercentOf(s.filed_on_time()) << "\n"
            << "dispatched on time   " << PercentOf(s.dispatched_on_time())
            << "\n"
            << "handled on time      " << PercentOf(s.handled_on_time()) << "\n"
            << "wrong dispatches     " << PercentOf(s.wrong_dispatch()) << "\n"
            << "returns              " << s.return_count() << "\n"
            << "reworks              " << s.rework_count() << "\n"
            << "reopenings           " << s.reopen_count() << "\n"
            << "cross region         " << s.cross_region_count() << "\n"
            << "cross level          " << s.cross_level_count() << "\n"
            << "cross department     " << s.cross_department_count() << "\n"
            << "joint cases closed   " << PercentOf(s.joint_closed()) << "\n"
            << "reporters reached    " << PercentOf(s.contacted()) << "\n"
            << "solved, they say     " << PercentOf(s.resolved()) << "\n"
            << "satisfied            " << PercentOf(s.satisfied()) << "\n";
}

absl::Status ShowStatistics(Client& client,
                            const cases::v1::GetStatisticsRequest& request) {
  ASSIGN_OR_RETURN(const auto response,
                   (CallAs<StatisticsService>(
                       client, "cases", "admin/wgctl", "",
                       &StatisticsService::Stub::GetStatistics, request)));
  if (client.settings().json) {
    std::cout << ToJson(response) << "\n";
    return absl::OkStatus();
  }
  std::cout << "as of " << FormatCity(FromProto(response.as_of_time())) << "\n";
  if (request.group() != cases::v1::STATISTICS_GROUP_UNSPECIFIED) {
    PrintTable(response);
  } else if (response.rows().empty()) {
    std::cout << "no cases\n";
  } else {
    PrintWhole(response.rows(0));
  }
  return absl::OkStatus();
}

}  // namespace

void AddStatisticsCommand(CLI::App* app, const Settings* settings) {
  struct StatisticsOptions {
    std::string group, from, to, district, street, unit, category, source;
  };
  static StatisticsOptions o;
  auto* command =
      app->add_subcommand("statistics", "What became of the cases received.");
  command->add_option("--by", o.group,
                      "day, district, street, unit, category or source");
  command->add_option("--from", o.from, "First day of receipt, YYYY-MM-DD");
  command->add_option("--to", o.to, "Last day of receipt, YYYY-MM-DD");
  command->add_option("--district", o.district, "Only this district code");
  command->add_option("--street", o.street, "Only this street grid");
  command->add_option("--unit", o.unit, "Only cases this unit leads");
  command->add_option("--category", o.category, "Only this category");
  command->add_option("--source", o.source, "Only cases of this source");
  command->footer(
      "Examples: wgctl statistics\n"
      "          wgctl statistics --by district --from 2026-11-01\n"
      "          wgctl statistics --by category --unit heating-d410105");
  OnChosen(command, settings, [](Client& client) -> absl::Status {
    cases::v1::GetStatisticsRequest request;
    if (!o.group.empty()) {
      ASSIGN_OR_RETURN(const auto group,
                       EnumOption<cases::v1::StatisticsGroup>(
                           "STATISTICS_GROUP_", "--by", o.group));
      request.set_group(group);
    }
    request.set_first_day(o.from);
    request.set_last_day(o.to);
    request.set_district_code(o.district);
    request.set_street_grid_id(o.street);
    request.set_unit_id(o.unit);
    request.set_category_code(o.category);
    request.set_source_id(o.source);
    return ShowStatistics(client, request);
  });
}

}  // namespace wangge::wgctl
