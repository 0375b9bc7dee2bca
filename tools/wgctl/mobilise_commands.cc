#include <iostream>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using command::v1::CommandService;
using command::v1::MicroGrid;

struct MobiliseOptions {
  std::string id, officer, grid, note;
  std::string level = "DISTRICT";
  int64_t target = 0;
  int64_t reached = 0;
  int64_t refused = 0;
  int64_t absent = 0;
  double watch_seconds = 5;
  bool not_begun = false;
};

void PrintMicroGrid(const MicroGrid& g) {
  std::cout << absl::StrFormat(
      "%-10s target %4d  reached %4d  refused %3d  absent %3d  %s  %s\n",
      g.grid_id(), g.count().target_count(), g.count().reached_count(),
      g.count().refused_count(), g.count().absent_count(),
      g.report_count() == 0
          ? "not begun"
          : FormatCity(FromProto(g.report_time())) + " " + g.reporter(),
      g.note());
}

void PrintProgress(const command::v1::MobilisationProgress& p) {
  std::cout << "until " << FormatCity(FromProto(p.end_time())) << "\n"
            << absl::StrFormat("%-14s %8s %8s %8s %7s %7s %6s %6s %6s  %s\n",
                               "grid", "target", "reached", "refused", "absent",
                               "micro", "begun", "done", "in t.", "name");
  const auto print = [](const command::v1::GridProgress& g) {
    std::cout << absl::StrFormat(
        "%-14s %8d %8d %8d %7d %7d %6d %6d %6d  %s\n", g.grid_id(),
        g.count().target_count(), g.count().reached_count(),
        g.count().refused_count(), g.count().absent_count(),
        g.micro_grid_count(), g.begun_count(), g.complete_count(),
        g.complete_in_time_count(), g.name());
  };
  for (const auto& grid : p.grids()) print(grid);
  print(p.total());
}

absl::Status Report(Client& client, const MobiliseOptions& o) {
  command::v1::ReportHouseholdsRequest request;
  request.set_request_id(NewUuid());
  request.set_instruction_id(o.id);
  request.set_grid_id(o.grid);
  request.set_note(o.note);
  request.mutable_count()->set_target_count(o.target);
  request.mutable_count()->set_reached_count(o.reached);
  request.mutable_count()->set_refused_count(o.refused);
  request.mutable_count()->set_absent_count(o.absent);
  ASSIGN_OR_RETURN(const MicroGrid grid,
                   (CallAs<CommandService>(
                       client, "command", "gateway/app", o.officer,
                       &CommandService::Stub::ReportHouseholds, request)));
  if (client.settings().json) {
    std::cout << ToJson(grid) << "\n";
  } else {
    PrintMicroGrid(grid);
  }
  return absl::OkStatus();
}

absl::Status List(Client& client, const MobiliseOptions& o) {
  command::v1::ListMicroGridsRequest request;
  request.set_instruction_id(o.id);
  request.set_grid_id(o.grid);
  request.set_not_begun(o.not_begun);
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     (CallAs<CommandService>(
                         client, "command", "admin/wgctl", "",
                         &CommandService::Stub::ListMicroGrids, request)));
    for (const MicroGrid& grid : page.micro_grids()) {
      if (client.settings().json) {
        std::cout << ToJson(grid) << "\n";
      } else {
        PrintMicroGrid(grid);
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status Watch(Client& client, const MobiliseOptions& o) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("command", "admin/wgctl"));
  command::v1::WatchMobilisationRequest request;
  request.set_instruction_id(o.id);
  ASSIGN_OR_RETURN(const auto level, EnumOption<common::v1::GridLevel>(
                                         "GRID_LEVEL_", "--level", o.level));
  request.set_level(level);
  grpc::ClientContext context;
  context.set_deadline(
      absl::ToChronoTime(absl::Now() + absl::Seconds(o.watch_seconds)));
  const auto stub = CommandService::NewStub(channel);
  const auto reader = stub->WatchMobilisation(&context, request);
  command::v1::MobilisationProgress progress;
  {
    std::unique_ptr<Progress> bar;
    while (reader->Read(&progress)) {
      if (client.settings().json) std::cout << ToJson(progress) << std::endl;
      const auto& total = progress.total();
      if (bar == nullptr) {
        bar = std::make_unique<Progress>(
            "micro-grids done", static_cast<size_t>(total.micro_grid_count()));
      }
      bar->Set(static_cast<size_t>(total.complete_count()));
    }
  }
  const grpc::Status status = reader->Finish();
  if (!status.ok() &&
      status.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED) {
    return rpc::FromGrpc(status);
  }
  if (!client.settings().json) PrintProgress(progress);
  return absl::OkStatus();
}

}  // namespace

void AddMobiliseCommands(CLI::App* app, const Settings* settings) {
  static MobiliseOptions o;
  auto* mobilise = app->add_subcommand(
      "mobilise", "Mobilisations: report households, follow the city.");
  mobilise->require_subcommand(1);
  const auto add = [&](const char* name, const char* help,
                       absl::Status (*run)(Client&, const MobiliseOptions&)) {
    auto* command = mobilise->add_subcommand(name, help);
    command->add_option("instruction", o.id, "Instruction id")->required();
    OnChosen(command, settings,
             [run](Client& client) { return run(client, o); });
    return command;
  };
  auto* report =
      add("report", "Report the households of a micro-grid.", Report);
  report->add_option("--officer", o.officer, "Who reports")->required();
  report->add_option("--grid", o.grid, "The micro-grid")->required();
  report->add_option("--target", o.target, "Corrects how many there are");
  report->add_option("--reached", o.reached, "Reached so far");
  report->add_option("--refused", o.refused, "Refused to open");
  report->add_option("--absent", o.absent, "Nobody at home");
  report->add_option("--note", o.note, "Anything worth knowing");
  auto* list = add("list", "List micro-grids.", List);
  list->add_option("--grid", o.grid,
                   "Only in this district, street or community");
  list->add_flag("--not-begun", o.not_begun, "Only those without a report");
  auto* watch = add("watch", "Follow the counts while they grow.", Watch);
  watch->add_option("--level", o.level, "By DISTRICT, STREET or COMMUNITY");
  watch->add_option("--for", o.watch_seconds, "Seconds to follow, 5")
      ->check(CLI::Range(1.0, 86400.0));
  mobilise->footer(
      "Examples: wgctl instruct send --officer o000005 --grid s1 --title 排查 "
      "--text '入户排查' --mobilise 120\n"
      "          wgctl mobilise report ID --officer o000123 --grid m7 "
      "--reached 40 --absent 3\n"
      "          wgctl mobilise watch ID --level STREET");
}

}  // namespace wangge::wgctl
