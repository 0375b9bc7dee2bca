#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "rpc/identity.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "wangge/command/v1/command.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using command::v1::CommandService;
using command::v1::Instruction;
using Stub = CommandService::Stub;

// What the commands take; each uses a part.
struct InstructOptions {
  std::string officer, id, grid, title, text, reason, replaces, file, out,
      page_token;
  std::string mode = "ACTUAL";
  std::string category = "SAFETY";
  std::string urgency = "UNKNOWN";
  std::string severity = "UNKNOWN";
  std::string certainty = "UNKNOWN";
  std::string level = "DISTRICT";
  std::string state;
  std::vector<std::string> posts, functions, levels, layers;
  double hours = 24;
  double watch_seconds = 15;
  int mobilise_minutes = 0;
  bool draft = false;
  bool monthly = false;
  bool optional = false;
  bool watch = false;
};

template <typename Request, typename Response>
absl::StatusOr<Response> CallCommand(
    Client& client, const std::string& officer,
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    const Request& request) {
  return CallAs<CommandService>(client, "command",
                                officer.empty() ? "admin/wgctl" : "gateway/app",
                                officer, method, request);
}

std::string StateOf(const Instruction& i) {
  return Short(command::v1::InstructionState_Name(i.state()),
               "INSTRUCTION_STATE_");
}

std::string Percent(int64_t count, int64_t of) {
  return of == 0
             ? "-"
             : absl::StrFormat("%.2f%%", 100.0 * static_cast<double>(count) /
                                             static_cast<double>(of));
}

void PrintReach(const command::v1::Reach& r) {
  std::cout << "audience         " << r.audience_count() << "\n"
            << "within 10 s      " << r.delivered_within_10s_count() << "  "
            << Percent(r.delivered_within_10s_count(), r.audience_count())
            << "\n"
            << "delivered        " << r.delivered_count() << "  "
            << Percent(r.delivered_count(), r.audience_count()) << "\n"
            << "acknowledged     " << r.acknowledged_count() << "\n"
            << "unreachable      " << r.unreachable_count() << "\n";
  for (int s = 0; s < r.delivered_by_second_size(); ++s) {
    const int64_t count = r.delivered_by_second(s);
    if (count > 0) std::cout << "  second " << s + 1 << ": " << count << "\n";
  }
  if (r.grids().empty()) return;
  std::cout << absl::StrFormat("%-14s %9s %9s %9s %9s  %s\n", "grid",
                               "audience", "in 10 s", "delivered", "ack.",
                               "name");
  for (const auto& g : r.grids()) {
    std::cout << absl::StrFormat(
        "%-14s %9d %9s %9s %9d  %s\n", g.grid_id().empty() ? "-" : g.grid_id(),
        g.audience_count(),
        Percent(g.delivered_within_10s_count(), g.audience_count()),
        Percent(g.delivered_count(), g.audience_count()),
        g.acknowledged_count(), g.name());
  }
}

void PrintInstruction(const Instruction& i) {
  std::cout << "instruction " << i.instruction_id() << "  " << StateOf(i)
            << "  "
            << Short(command::v1::InstructionMode_Name(i.mode()),
                     "INSTRUCTION_MODE_")
            << "\n  " << i.title() << "\n  expires "
            << FormatCity(FromProto(i.expire_time())) << "\n";
  if (!i.ended_by().empty()) std::cout << "  ended by " << i.ended_by() << "\n";
  if (i.has_reach()) PrintReach(i.reach());
  if (i.state() == command::v1::INSTRUCTION_STATE_PENDING_RELEASE) {
    std::cout << "Another person must release it: wgctl instruct release "
              << i.instruction_id() << " --officer ID\n";
  }
}

absl::Status Print(Client& client, const absl::StatusOr<Instruction>& result) {
  if (!result.ok()) return result.status();
  if (client.settings().json) {
    std::cout << ToJson(*result) << "\n";
  } else {
    PrintInstruction(*result);
  }
  return absl::OkStatus();
}

absl::Status WatchReach(Client& client, const InstructOptions& o,
                        const std::string& instruction_id) {
  ASSIGN_OR_RETURN(auto channel, client.Channel("command", "admin/wgctl"));
  command::v1::WatchReachRequest request;
  request.set_instruction_id(instruction_id);
  ASSIGN_OR_RETURN(const auto level, EnumOption<common::v1::GridLevel>(
                                         "GRID_LEVEL_", "--level", o.level));
  request.set_level(level);
  grpc::ClientContext context;
  context.set_deadline(
      absl::ToChronoTime(absl::Now() + absl::Seconds(o.watch_seconds)));
  const auto stub = CommandService::NewStub(channel);
  const auto reader = stub->WatchReach(&context, request);
  command::v1::Reach reach;
  {
    std::unique_ptr<Progress> bar;
    while (reader->Read(&reach)) {
      if (client.settings().json) std::cout << ToJson(reach) << std::endl;
      if (bar == nullptr) {
        bar = std::make_unique<Progress>(
            "delivered", static_cast<size_t>(reach.audience_count()));
      }
      bar->Set(static_cast<size_t>(reach.delivered_count()));
      if (reach.delivered_count() == reach.audience_count()) {
        context.TryCancel();
      }
    }
  }
  const grpc::Status status = reader->Finish();
  // We ended it: everybody has it, or the time to watch is over.
  const bool ours = status.error_code() == grpc::StatusCode::CANCELLED ||
                    status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
  if (!status.ok() && !ours) return rpc::FromGrpc(status);
  if (client.settings().json) return absl::OkStatus();
  PrintReach(reach);
  if (reach.delivered_count() < reach.audience_count()) {
    std::cout << "Who is missing, and why: wgctl instruct unreached "
              << instruction_id << "\n";
  }
  return absl::OkStatus();
}

absl::StatusOr<command::v1::Audience> AudienceOf(const InstructOptions& o) {
  command::v1::Audience audience;
  audience.set_subtree_grid_id(o.grid);
  *audience.mutable_posts() = {o.posts.begin(), o.posts.end()};
  *audience.mutable_functions() = {o.functions.begin(), o.functions.end()};
  for (const std::string& name : o.levels) {
    ASSIGN_OR_RETURN(const auto level, EnumOption<common::v1::GridLevel>(
                                           "GRID_LEVEL_", "--at", name));
    audience.add_levels(level);
  }
  for (const std::string& name : o.layers) {
    ASSIGN_OR_RETURN(const auto layer, EnumOption<common::v1::GridLayer>(
                                           "GRID_LAYER_", "--layer", name));
    audience.add_layers(layer);
  }
  return audience;
}

absl::StatusOr<command::v1::CreateInstructionRequest> RequestOf(
    const InstructOptions& o) {
  using namespace command::v1;  // NOLINT: five enums
  CreateInstructionRequest r;
  r.set_request_id(NewUuid());
  r.set_title(o.title);
  r.set_text(o.text);
  ASSIGN_OR_RETURN(*r.mutable_audience(), AudienceOf(o));
  ASSIGN_OR_RETURN(const auto mode, EnumOption<InstructionMode>(
                                        "INSTRUCTION_MODE_", "--mode", o.mode));
  ASSIGN_OR_RETURN(const auto category,
                   EnumOption<InstructionCategory>("INSTRUCTION_CATEGORY_",
                                                   "--category", o.category));
  ASSIGN_OR_RETURN(const auto urgency,
                   EnumOption<Urgency>("URGENCY_", "--urgency", o.urgency));
  ASSIGN_OR_RETURN(const auto severity,
                   EnumOption<Severity>("SEVERITY_", "--severity", o.severity));
  ASSIGN_OR_RETURN(
      const auto certainty,
      EnumOption<Certainty>("CERTAINTY_", "--certainty", o.certainty));
  r.set_mode(mode);
  r.set_category(category);
  r.set_urgency(urgency);
  r.set_severity(severity);
  r.set_certainty(certainty);
  *r.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(1) * o.hours);
  r.set_replaces_instruction_id(o.replaces);
  r.set_draft(o.draft);
  r.set_monthly(o.monthly);
  r.set_acknowledgement_optional(o.optional);
  if (o.mobilise_minutes != 0) {
    r.mutable_mobilisation()->mutable_duration()->set_seconds(
        o.mobilise_minutes * 60);
  }
  return r;
}

absl::Status PrintAndWatch(Client& client, const InstructOptions& o,
                           const absl::StatusOr<Instruction>& result) {
  if (!o.watch || !result.ok() || !result->has_release_time()) {
    return Print(client, result);
  }
  if (!client.settings().json) {
    std::cout << "instruction " << result->instruction_id() << "\n";
  }
  return WatchReach(client, o, result->instruction_id());
}

absl::Status Send(Client& client, const InstructOptions& o) {
  ASSIGN_OR_RETURN(const auto request, RequestOf(o));
  return PrintAndWatch(
      client, o,
      CallCommand(client, o.officer, &Stub::CreateInstruction, request));
}

absl::Status Release(Client& client, const InstructOptions& o) {
  command::v1::ReleaseInstructionRequest request;
  request.set_request_id(NewUuid());
  request.set_instruction_id(o.id);
  return PrintAndWatch(
      client, o,
      CallCommand(client, o.officer, &Stub::ReleaseInstruction, request));
}

absl::Status Cancel(Client& client, const InstructOptions& o) {
  command::v1::CancelInstructionRequest request;
  request.set_request_id(NewUuid());
  request.set_instruction_id(o.id);
  request.set_reason(o.reason);
  return Print(client, CallCommand(client, o.officer, &Stub::CancelInstruction,
                                   request));
}

absl::Status Show(Client& client, const InstructOptions& o) {
  command::v1::GetInstructionRequest request;
  request.set_instruction_id(o.id);
  return Print(client, CallCommand(client, "", &Stub::GetInstruction, request));
}

absl::Status List(Client& client, const InstructOptions& o) {
  command::v1::ListInstructionsRequest request;
  if (!o.state.empty()) {
    ASSIGN_OR_RETURN(const auto state,
                     EnumOption<command::v1::InstructionState>(
                         "INSTRUCTION_STATE_", "--state", o.state));
    request.add_states(state);
  }
  request.set_page_token(o.page_token);
  ASSIGN_OR_RETURN(const auto response,
                   CallCommand(client, "", &Stub::ListInstructions, request));
  if (client.settings().json) {
    std::cout << ToJson(response) << "\n";
    return absl::OkStatus();
  }
  for (const Instruction& i : response.instructions()) {
    std::cout << absl::StrFormat(
        "%s  %-16s %-9s %s  %s\n", i.instruction_id(), StateOf(i),
        Short(command::v1::InstructionMode_Name(i.mode()), "INSTRUCTION_MODE_"),
        FormatCity(FromProto(i.create_time())), i.title());
  }
  if (!response.next_page_token().empty()) {
    std::cout << "more: --page " << response.next_page_token() << "\n";
  }
  return absl::OkStatus();
}

absl::Status Unreached(Client& client, const InstructOptions& o) {
  command::v1::ListUnreachedRequest request;
  request.set_instruction_id(o.id);
  request.set_grid_id(o.grid);
  request.set_page_size(1000);
  do {
    ASSIGN_OR_RETURN(const auto response,
                     CallCommand(client, "", &Stub::ListUnreached, request));
    for (const auto& one : response.recipients()) {
      if (client.settings().json) {
        std::cout << ToJson(one) << "\n";
        continue;
      }
      std::cout << absl::StrFormat(
          "%-12s %-14s %-10s %s %s\n", one.recipient_id(),
          Short(command::v1::UnreachedCause_Name(one.cause()),
                "UNREACHED_CAUSE_"),
          one.grid_id(), one.name(), one.reason());
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status Preview(Client& client, const InstructOptions& o) {
  command::v1::PreviewAudienceRequest request;
  ASSIGN_OR_RETURN(*request.mutable_audience(), AudienceOf(o));
  ASSIGN_OR_RETURN(const auto preview,
                   CallCommand(client, "", &Stub::PreviewAudience, request));
  if (client.settings().json) {
    std::cout << ToJson(preview) << "\n";
    return absl::OkStatus();
  }
  std::cout << preview.recipient_count() << " recipients, "
            << preview.micro_grid_count() << " micro-grids with "
            << preview.household_count() << " households"
            << (preview.needs_second_person() ? "; needs a second person" : "")
            << "\n";
  for (const auto& grid : preview.grids()) {
    std::cout << absl::StrFormat("  %-14s %8d  %s\n", grid.grid_id(),
                                 grid.recipient_count(), grid.name());
  }
  return absl::OkStatus();
}

absl::Status Import(Client& client, const InstructOptions& o) {
  command::v1::ImportCapRequest request;
  request.set_request_id(NewUuid());
  ASSIGN_OR_RETURN(*request.mutable_xml(), ReadFile(o.file));
  request.set_draft(o.draft);
  return PrintAndWatch(
      client, o, CallCommand(client, o.officer, &Stub::ImportCap, request));
}

absl::Status Export(Client& client, const InstructOptions& o) {
  command::v1::ExportCapRequest request;
  request.set_instruction_id(o.id);
  ASSIGN_OR_RETURN(const auto alert,
                   CallCommand(client, "", &Stub::ExportCap, request));
  if (!o.out.empty()) return WriteFile(o.out, alert.xml());
  std::cout << alert.xml();
  return absl::OkStatus();
}

// What the chosen command was given.
InstructOptions& Given() {
  static auto* const options = new InstructOptions;
  return *options;
}

void AddOfficer(CLI::App* command) {
  InstructOptions& o = Given();
  command
      ->add_option("--officer", o.officer,
                   "Who does it: a dispatcher's id, of the centre of the grid")
      ->required();
}

void AddId(CLI::App* command) {
  InstructOptions& o = Given();
  command->add_option("instruction", o.id, "Instruction id")->required();
}

void AddAudience(CLI::App* command) {
  InstructOptions& o = Given();
  command->add_option("--grid", o.grid, "Everybody in this grid and below")
      ->required();
  command->add_option("--post", o.posts, "Only holders of one of these posts");
  command->add_option("--function", o.functions,
                      "Only those of units with one of these functions");
  command->add_option("--at", o.levels,
                      "Only those with posts at these levels, such as MICRO");
  command->add_option("--layer", o.layers,
                      "Only those with posts in GOVERNANCE, DEDICATED, POLICE");
}

void AddWatch(CLI::App* command) {
  InstructOptions& o = Given();
  command->add_flag("--watch", o.watch, "Follow its reach");
  command->add_option("--level", o.level,
                      "Reach by DISTRICT, STREET or COMMUNITY");
  command->add_option("--for", o.watch_seconds, "Seconds to follow, 15")
      ->check(CLI::Range(1.0, 86400.0));
}

void AddSend(CLI::App* instruct, const Settings* settings) {
  InstructOptions& o = Given();
  auto* send = instruct->add_subcommand(
      "send", "Write an instruction; release it where one person may.");
  AddOfficer(send);
  AddAudience(send);
  send->add_option("--title", o.title, "Headline")->required();
  send->add_option("--text", o.text, "Body")->required();
  send->add_option("--mode", o.mode, "ACTUAL, EXERCISE or TEST");
  send->add_option("--category", o.category, "As in CAP: MET, SAFETY, FIRE, …");
  send->add_option("--urgency", o.urgency, "IMMEDIATE, EXPECTED, FUTURE, …");
  send->add_option("--severity", o.severity, "EXTREME, SEVERE, MODERATE, …");
  send->add_option("--certainty", o.certainty, "OBSERVED, LIKELY, …");
  send->add_option("--hours", o.hours, "Expires after so many hours, 24");
  send->add_option("--replaces", o.replaces, "The instruction it replaces");
  send->add_option("--mobilise", o.mobilise_minutes,
                   "Every micro-grid checks its households in so many minutes");
  send->add_flag("--draft", o.draft, "Keep it as a draft");
  send->add_flag("--monthly", o.monthly, "Repeat the exercise every month");
  send->add_flag("--no-escalation", o.optional,
                 "Nobody is told when recipients stay silent");
  AddWatch(send);
  send->footer(
      "Example: wgctl instruct send --officer o000005 --grid s1 --title 防汛 "
      "--text '今晚有雨，请排查低洼处' --mode EXERCISE --watch");
  OnChosen(send, settings,
           [](Client& client) { return Send(client, Given()); });
}

}  // namespace

void AddInstructCommands(CLI::App* app, const Settings* settings) {
  InstructOptions& o = Given();
  auto* instruct = app->add_subcommand(
      "instruct", "Instructions: send, release, cancel, follow their reach.");
  instruct->require_subcommand(1);
  AddSend(instruct, settings);
  const auto add = [&](const char* name, const char* help,
                       absl::Status (*run)(Client&, const InstructOptions&)) {
    auto* command = instruct->add_subcommand(name, help);
    OnChosen(command, settings,
             [run](Client& client) { return run(client, Given()); });
    return command;
  };
  auto* release =
      add("release", "Release one that another person wrote.", Release);
  AddId(release);
  AddOfficer(release);
  AddWatch(release);
  auto* cancel = add("cancel", "Stop one; those who have it are told.", Cancel);
  AddId(cancel);
  AddOfficer(cancel);
  cancel->add_option("--reason", o.reason, "Why; its recipients read it")
      ->required();
  AddId(add("show", "Show one with its reach.", Show));
  auto* list = add("list", "List them, the latest first.", List);
  list->add_option("--state", o.state, "Only RELEASED, PENDING_RELEASE, …");
  list->add_option("--page", o.page_token, "Go on after a page");
  auto* watch = add("watch", "Follow the reach of one.",
                    [](Client& client, const InstructOptions& options) {
                      return WatchReach(client, options, options.id);
                    });
  AddId(watch);
  AddWatch(watch);
  auto* unreached =
      add("unreached", "Whom it did not reach, and why.", Unreached);
  AddId(unreached);
  unreached->add_option("--grid", o.grid,
                        "Only in this district, street or community");
  AddAudience(add("preview", "How many an audience has, and where.", Preview));
  auto* import = add("import", "Send what a CAP 1.2 file says.", Import);
  import->add_option("file", o.file, "XML file")->required();
  AddOfficer(import);
  import->add_flag("--draft", o.draft, "Keep it as a draft");
  AddWatch(import);
  auto* export_command = add("export", "Write one as CAP 1.2.", Export);
  AddId(export_command);
  export_command->add_option("--out", o.out, "File; standard output without");
  instruct->footer(
      "Examples: wgctl instruct preview --grid zz --post micro_grid_leader\n"
      "          wgctl instruct send --officer o000005 --grid s1 --title 防汛 "
      "--text '请排查低洼处' --watch\n"
      "          wgctl instruct unreached ID");
}

}  // namespace wangge::wgctl
