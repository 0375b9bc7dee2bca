// wgctl: the command line of Wangge.
#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "base/lock_checks.h"
#include "base/status_macros.h"
#include "grpcpp/create_channel.h"
#include "log/log.h"
#include "rpc/server.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"

namespace wangge::wgctl {

namespace {

constexpr char kBashCompletion[] = R"bash(# eval "$(wgctl completion bash)"
_wgctl() {
  local words="${COMP_WORDS[*]:1:COMP_CWORD-1}"
  local subcommands
  subcommands=$(wgctl $words --help 2>/dev/null |
    awk '/^Subcommands:/{on=1;next} /^[A-Z]/{on=0} on&&/^  [a-z]/{print $1}
         {for(i=1;i<=NF;i++) if($i ~ /^--[a-z-]+$/) print $i}')
  COMPREPLY=($(compgen -W "$subcommands" -- "${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _wgctl wgctl
)bash";

void AddHealthCommand(CLI::App* app, const Settings* settings) {
  static std::string only;
  auto* health =
      app->add_subcommand("health", "Ask the services how they are.");
  health->add_option("service", only, "Only this one");
  OnChosen(health, settings, [](Client& client) -> absl::Status {
    const rpc::Endpoints& endpoints = client.settings().endpoints;
    if (endpoints.empty()) {
      return absl::InvalidArgumentError(
          "--endpoints is empty; deploy/up writes it into var/wgctl.toml");
    }
    if (!only.empty()) {
      RETURN_IF_ERROR(rpc::FindEndpoint(endpoints, only).status());
    }
    absl::Status worst;
    for (const auto& [service, address] : endpoints) {
      if (!only.empty() && service != only) continue;
      auto channel = client.Channel(service, "admin/wgctl");
      const absl::Status status =
          channel.ok() ? rpc::CheckHealth(*channel, absl::Seconds(3))
                       : channel.status();
      std::cout << service << "  " << address << "  "
                << (status.ok() ? "SERVING" : std::string(status.message()))
                << "\n";
      if (!status.ok()) worst = status;
    }
    return worst;
  });
}

void AddTokenCommand(CLI::App* app, const Settings* settings) {
  static std::string officer;
  auto* token = app->add_subcommand(
      "token", "Make a token for an officer (local identity provider).");
  token->add_option("officer", officer, "Officer id")->required();
  OnChosen(token, settings, [](Client& client) -> absl::Status {
    auto text = client.Token(officer);
    if (text.ok()) std::cout << *text << "\n";
    return text.status();
  });
}

void AddCompletionCommand(CLI::App* app) {
  auto* completion =
      app->add_subcommand("completion", "Print completion for a shell.");
  completion
      ->add_subcommand("bash",
                       "For bash: eval \"$(wgctl completion "
                       "bash)\"")
      ->callback([] { std::cout << kBashCompletion; });
  completion->require_subcommand(1);
}

int Main(int argc, char** argv) {
  log::Init("wgctl", log::Level::kWarning);
  CLI::App app{"wgctl: the command line of Wangge."};
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  wgctl demo\n"
      "  wgctl submit --source 12345 --ref A1 --text '路灯不亮' --address "
      "'西里路2号院'\n"
      "  wgctl case show 410103-20261123-001000\n"
      "  wgctl inbox --officer o000123\n"
      "Settings come from --config, by default the file in WANGGE_CONFIG or "
      "var/wgctl.toml.");
  const char* config = std::getenv("WANGGE_CONFIG");
  app.set_config("--config", config == nullptr ? "var/wgctl.toml" : config,
                 "Settings file");
  Settings settings;
  app.add_option_function<std::vector<std::string>>(
         "--endpoints",
         [&settings](const std::vector<std::string>& entries) {
           auto endpoints = rpc::ParseEndpoints(entries);
           if (!endpoints.ok()) {
             throw CLI::ValidationError(
                 std::string(endpoints.status().message()));
           }
           settings.endpoints = *std::move(endpoints);
         },
         "Addresses of the services, name=host:port, separated by commas; "
         "deploy/up writes them into the settings file")
      ->delimiter(',');
  app.add_option("--certificates", settings.certificates,
                 "Folder of certificates and keys");
  app.add_option("--city-folder", settings.city_folder,
                 "City folder, for demo");
  app.add_flag("--json", settings.json, "Print JSON, one object a line");
  double timeout_seconds = absl::ToDoubleSeconds(settings.timeout);
  app.add_option("--timeout", timeout_seconds, "Seconds a call may take")
      ->check(CLI::Range(0.1, 600.0));
  app.parse_complete_callback(
      [&] { settings.timeout = absl::Seconds(timeout_seconds); });

  AddDemoCommand(&app, &settings);
  AddSubmitCommand(&app, &settings);
  AddCaseCommands(&app, &settings);
  AddBatchCommands(&app, &settings);
  AddStatisticsCommand(&app, &settings);
  AddWatchCommand(&app, &settings);
  AddInboxCommand(&app, &settings);
  AddInstructCommands(&app, &settings);
  AddMobiliseCommands(&app, &settings);
  AddCityCommands(&app, &settings);
  AddRouteCommands(&app, &settings);
  AddModelCommands(&app, &settings);
  AddCallCommand(&app, &settings);
  AddTokenCommand(&app, &settings);
  AddHealthCommand(&app, &settings);
  AddCompletionCommand(&app);
  app.fallthrough();
  for (CLI::App* command : app.get_subcommands({})) command->fallthrough();
  CLI11_PARSE(app, argc, argv);
  return 0;
}

}  // namespace
}  // namespace wangge::wgctl

int main(int argc, char** argv) {
  wangge::SkipLockChecks();
  return wangge::wgctl::Main(argc, argv);
}
