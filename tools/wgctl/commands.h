// The commands of wgctl. Each adds itself to the program; its callback returns
// by throwing Failed, which main turns into the exit status.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"
#include "client/client.h"

namespace wangge::wgctl {

using client::CallAs;
using client::Client;
using client::Settings;

// Runs `body` with a client when the command is chosen; a status that is not OK
// is explained on standard error and ends the program with 1.
using Body = std::function<absl::Status(Client& client)>;
void OnChosen(CLI::App* command, const Settings* settings, Body body);

void AddCityCommands(CLI::App* app, const Settings* settings);
// Parts of `city`.
void AddChangeCommands(CLI::App* city, const Settings* settings);
void AddLocateCommand(CLI::App* city, const Settings* settings);
void AddRouteCommands(CLI::App* app, const Settings* settings);
void AddModelCommands(CLI::App* app, const Settings* settings);
void AddSubmitCommand(CLI::App* app, const Settings* settings);
void AddCaseCommands(CLI::App* app, const Settings* settings);
// Parts of `case`, and `audit`.
void AddProofCommands(CLI::App* app, CLI::App* case_command,
                      const Settings* settings);
void AddBatchCommands(CLI::App* app, const Settings* settings);
void AddStatisticsCommand(CLI::App* app, const Settings* settings);
void AddWatchCommand(CLI::App* app, const Settings* settings);
void AddInboxCommand(CLI::App* app, const Settings* settings);
void AddInstructCommands(CLI::App* app, const Settings* settings);
void AddMobiliseCommands(CLI::App* app, const Settings* settings);
void AddCallCommand(CLI::App* app, const Settings* settings);
void AddDemoCommand(CLI::App* app, const Settings* settings);

}  // namespace wangge::wgctl
