#include <google/protobuf/util/json_util.h>

#include <iostream>

#include "base/file.h"
#include "base/status_macros.h"
#include "city/certificate.h"
#include "city/format/folder.h"
#include "city/signature.h"
#include "tools/wgctl/certificate.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/print.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using registry::v1::CityCertificate;
using registry::v1::RegistryService;

// Messages of about a megabyte.
constexpr size_t kMessageBytes = 1 << 20;

struct ImportOptions {
  std::string folder;
  std::string comment;
  bool accept_partial = false;
};

struct CheckOptions {
  int64_t version = 0;
  std::string folder;
  std::string geojson;
  std::string verify;
};

// Built here first, so that faults are told with file and line.
absl::StatusOr<std::shared_ptr<const city::City>> Load(
    const ImportOptions& options) {
  if (!options.accept_partial) return city::LoadFolder(options.folder);
  std::vector<std::string> left_out;
  auto city = city::LoadPartialFolder(options.folder, &left_out);
  std::cerr << left_out.size() << " rows left out\n";
  for (const std::string& line : left_out) std::cerr << "  " << line << "\n";
  return city;
}

absl::Status Import(Client& client, const ImportOptions& options) {
  ASSIGN_OR_RETURN(const auto city, Load(options));
  const city::RowMap rows = city->rows().Sorted();
  ASSIGN_OR_RETURN(auto channel, client.Channel("registry", "admin/wgctl"));
  const auto stub = RegistryService::NewStub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Minutes(5)));
  registry::v1::ImportCityResponse response;
  const auto writer = stub->ImportCity(&context, &response);
  Progress progress("import", rows.size());
  registry::v1::ImportCityRequest message;
  message.set_comment(options.comment);
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

absl::StatusOr<CityCertificate> ReadCertificate(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  CityCertificate certificate;
  const auto parsed =
      google::protobuf::util::JsonStringToMessage(text, &certificate);
  if (!parsed.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, " is no certificate: ",
        std::string(parsed.message().data(), parsed.message().size())));
  }
  return certificate;
}

absl::StatusOr<CityCertificate> Certificate(Client& client,
                                            const CheckOptions& options) {
  if (!options.verify.empty()) {
    ASSIGN_OR_RETURN(auto certificate, ReadCertificate(options.verify));
    ASSIGN_OR_RETURN(
        const std::string signer,
        ReadFile(client.settings().certificates + "/service-registry.crt"));
    RETURN_IF_ERROR(city::Verify(signer, certificate));
    std::cerr << "the signature is the registry's\n";
    return certificate;
  }
  if (!options.folder.empty()) {
    ASSIGN_OR_RETURN(const auto city, city::LoadFolder(options.folder));
    return city::Certify(*city, absl::Now());
  }
  registry::v1::CheckCityRequest request;
  request.set_version(options.version);
  return CallAs<RegistryService>(client, "registry", "admin/wgctl", "",
                                 &RegistryService::Stub::CheckCity, request);
}

absl::Status Check(Client& client, const CheckOptions& options) {
  ASSIGN_OR_RETURN(const auto certificate, Certificate(client, options));
  if (!options.geojson.empty()) {
    RETURN_IF_ERROR(WriteFile(options.geojson, PatchesAsGeoJson(certificate)));
  }
  std::cout << (client.settings().json ? ToJson(certificate) + "\n"
                                       : DescribeCertificate(certificate));
  if (certificate.certified()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      "the city is not certified: mend what is listed and check again");
}

absl::Status ShowCity(Client& client) {
  ASSIGN_OR_RETURN(
      const auto version,
      (CallAs<RegistryService>(client, "registry", "admin/wgctl", "",
                               &RegistryService::Stub::GetCityVersion,
                               registry::v1::GetCityVersionRequest())));
  std::cout << ToJson(version) << "\n";
  return absl::OkStatus();
}

void AddImport(CLI::App* city, const Settings* settings) {
  static ImportOptions options;
  auto* import = city->add_subcommand("import", "Import a city folder.");
  import->add_option("folder", options.folder, "City folder")->required();
  import->add_option("--comment", options.comment, "Why");
  import->add_flag("--accept-partial", options.accept_partial,
                   "Leave out faulty rows and what depends on them, and list "
                   "them on standard error");
  import->footer("Example: wgctl city import var/city --comment 'first city'");
  OnChosen(import, settings,
           [](Client& client) { return Import(client, options); });
}

void AddValidate(CLI::App* city, const Settings* settings) {
  static std::string folder;
  auto* validate = city->add_subcommand(
      "validate", "Read and check a city folder without importing it.");
  validate->add_option("folder", folder, "City folder")->required();
  validate->footer("Example: wgctl city validate var/city");
  OnChosen(validate, settings, [](Client&) -> absl::Status {
    const auto checked = city::LoadFolder(folder);
    if (checked.ok()) {
      std::cout << (*checked)->rows().size() << " rows, no faults\n";
    }
    return checked.status();
  });
}

void AddCheck(CLI::App* city, const Settings* settings) {
  static CheckOptions options;
  auto* check = city->add_subcommand(
      "check",
      "Prove that the ground is covered and that everybody can be reached.");
  check->add_option("--version", options.version,
                    "A version; the current one when not stated");
  check->add_option("--folder", options.folder,
                    "A city folder instead of the registry's city");
  check->add_option("--geojson", options.geojson,
                    "Write gaps and overlaps to this file");
  check->add_option("--verify", options.verify,
                    "Check the signature of a certificate that was written "
                    "with --json");
  check->footer(
      "Ends with 1 when anything is wrong.\n"
      "Examples: wgctl city check --geojson gaps.geojson\n"
      "          wgctl --json city check >certificate.json\n"
      "          wgctl city check --verify certificate.json");
  OnChosen(check, settings,
           [](Client& client) { return Check(client, options); });
}

}  // namespace

void AddCityCommands(CLI::App* app, const Settings* settings) {
  auto* city = app->add_subcommand("city", "The city and its versions.");
  city->require_subcommand(1);
  AddImport(city, settings);
  AddValidate(city, settings);
  AddCheck(city, settings);
  auto* show = city->add_subcommand("show", "Show the current version.");
  OnChosen(show, settings, ShowCity);
  AddChangeCommands(city, settings);
  AddLocateCommand(city, settings);
}

}  // namespace wangge::wgctl
