#include <iostream>

#include "base/status_macros.h"
#include "city/folder.h"
#include "rpc/status.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using registry::v1::RegistryService;

constexpr size_t kMessageBytes = 1 << 20;

absl::Status Import(Client& client, const std::string& folder_path,
                    const std::string& comment) {
  // Built here first, so that faults are told with file and line.
  ASSIGN_OR_RETURN(const auto city, city::LoadFolder(folder_path));
  const city::RowMap rows = city->rows().Sorted();
  ASSIGN_OR_RETURN(auto channel, client.Channel("registry", "admin/wgctl"));
  const auto stub = RegistryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(5)));
  registry::v1::ImportCityResponse response;
  const auto writer = stub->ImportCity(&context, &response);
  Progress progress("import", rows.size());
  registry::v1::ImportCityRequest message;
  message.set_comment(comment);
  message.set_row_count(static_cast<int64_t>(rows.size()));
  size_t done = 0;
  size_t bytes = 0;
  for (const auto& [key, row] : rows) {
    bytes += row->ByteSizeLong();
    *message.add_rows() = *row;
    ++done;
    if (bytes > kMessageBytes || done == rows.size()) {
      if (!writer->Write(message)) break;
      message.Clear();
      bytes = 0;
      progress.Set(done);
    }
  }
  writer->WritesDone();
  RETURN_IF_ERROR(rpc::FromGrpc(writer->Finish()));
  if (client.settings().json) {
    std::cout << ToJson(response) << "\n";
  } else {
    std::cout << "city version " << response.version().version() << ": "
              << response.version().row_count() << " rows ("
              << response.added_count() << " added, "
              << response.changed_count() << " changed, "
              << response.removed_count() << " removed)\n";
  }
  return absl::OkStatus();
}

absl::Status Show(Client& client) {
  ASSIGN_OR_RETURN(
      const auto version,
      (CallAs<RegistryService>(client, "registry", "admin/wgctl", "",
                               &RegistryService::Stub::GetCityVersion,
                               registry::v1::GetCityVersionRequest())));
  std::cout << ToJson(version) << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddCityCommands(CLI::App* app, const Settings* settings) {
  static std::string folder;
  static std::string comment;
  auto* city = app->add_subcommand("city", "The city and its versions.");
  city->require_subcommand(1);
  auto* import = city->add_subcommand("import", "Import a city folder.");
  import->add_option("folder", folder, "City folder")->required();
  import->add_option("--comment", comment, "Why");
  import->footer("Example: wgctl city import var/city --comment 'first city'");
  OnChosen(import, settings,
           [](Client& client) { return Import(client, folder, comment); });
  auto* check = city->add_subcommand(
      "validate", "Read and check a city folder without importing it.");
  check->add_option("folder", folder, "City folder")->required();
  OnChosen(check, settings, [](Client&) -> absl::Status {
    auto checked = city::LoadFolder(folder);
    if (checked.ok()) {
      std::cout << (*checked)->rows().size() << " rows, no faults\n";
    }
    return checked.status();
  });
  auto* show = city->add_subcommand("show", "Show the current version.");
  OnChosen(show, settings, Show);
}

}  // namespace wangge::wgctl
