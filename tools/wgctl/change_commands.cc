#include <google/protobuf/util/json_util.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "city/format/folder.h"
#include "client/city.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/preview.h"
#include "tools/wgctl/print.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using registry::v1::ChangeSet;
using registry::v1::RegistryService;

struct ChangeOptions {
  std::string officer;
  std::string id;
  std::string folder;
  std::string json;
  std::string comment;
  std::string reason;
  std::string at;
  std::string point;
  std::string place;
  std::string grid;
  std::string category;
  std::string row;
  int64_t from = 0;
  int64_t to = 0;
};

// As the officer when one is named, else as the city's engineer.
template <typename Request, typename Response>
absl::StatusOr<Response> Call(
    Client& client, const std::string& officer,
    grpc::Status (RegistryService::Stub::*method)(grpc::ClientContext*,
                                                  const Request&, Response*),
    const Request& request) {
  return CallAs<RegistryService>(client, "registry",
                                 client::PlannerIdentity(officer), officer,
                                 method, request);
}

std::string StateOf(const ChangeSet& c) {
  return Short(ChangeSet::State_Name(c.state()), "STATE_");
}

void Print(const Client& client, const ChangeSet& c) {
  if (client.settings().json) {
    std::cout << ToJson(c) << "\n";
    return;
  }
  std::cout << "change set " << c.change_set_id() << "  " << StateOf(c) << "  "
            << c.row_count() << " rows on version " << c.base_version();
  if (c.version() != 0) std::cout << ", now version " << c.version();
  std::cout << "\n  " << c.author() << ": " << c.comment() << "\n";
  if (!c.decider().empty()) {
    std::cout << "  decided by " << c.decider() << " "
              << FormatCity(FromProto(c.decide_time())) << "\n";
  }
  if (!c.reason().empty()) std::cout << "  " << c.reason() << "\n";
  if (c.has_activate_time()) {
    std::cout << "  takes effect " << FormatCity(FromProto(c.activate_time()))
              << "\n";
  }
  for (const auto& fault : c.new_faults()) {
    std::cout << "  NEW FAULT " << fault.description() << "\n";
  }
  if (c.state() == ChangeSet::STATE_PROPOSED) {
    std::cout << "Look at what it does: wgctl city preview "
              << c.change_set_id()
              << "\nAnother person approves it: wgctl city approve "
              << c.change_set_id() << " --officer ID\n";
  }
}

absl::Status PrintResult(const Client& client,
                         const absl::StatusOr<ChangeSet>& result) {
  if (!result.ok()) return result.status();
  Print(client, *result);
  return absl::OkStatus();
}

// Lines of JSON: a CityRow, or {"remove": {"kind": …, "id": …}}.
absl::Status ReadLines(const std::string& path,
                       registry::v1::ProposeChangeSetRequest* request) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  int number = 0;
  for (const absl::string_view piece : absl::StrSplit(text, '\n')) {
    const std::string line(piece);
    ++number;
    if (line.empty()) continue;
    registry::v1::WatchCityResponse removal;  // Only for its removed_rows.
    const bool removes = line.rfind("{\"remove\":", 0) == 0;
    const std::string body =
        removes
            ? absl::StrCat("{\"removedRows\":[",
                           line.substr(sizeof("{\"remove\":") - 1,
                                       line.size() - sizeof("{\"remove\":")),
                           "]}")
            : line;
    const auto parsed =
        removes ? google::protobuf::util::JsonStringToMessage(body, &removal)
                : google::protobuf::util::JsonStringToMessage(
                      body, request->add_rows());
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", number, ": ",
          std::string(parsed.message().data(), parsed.message().size())));
    }
    for (const auto& key : removal.removed_rows()) {
      *request->add_removed_rows() = key;
    }
  }
  return absl::OkStatus();
}

absl::Status Propose(Client& client, const ChangeOptions& o) {
  ASSIGN_OR_RETURN(const auto current, client::FetchCity(client));
  registry::v1::ProposeChangeSetRequest request;
  request.set_request_id(NewUuid());
  request.set_base_version(current->version().version());
  request.set_comment(o.comment);
  if (!o.at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_activate_time(),
                     ParseTimeOption("--at", o.at));
  }
  if (!o.json.empty()) {
    RETURN_IF_ERROR(ReadLines(o.json, &request));
  } else {
    ASSIGN_OR_RETURN(const auto wanted, city::LoadFolder(o.folder));
    const auto changes = city::Difference(current->rows(), wanted->rows());
    for (const auto& [key, row] : changes.upserts) *request.add_rows() = *row;
    for (const std::string& key : changes.removals) {
      *request.add_removed_rows() = city::ParseKeyText(key);
    }
  }
  return PrintResult(
      client, Call(client, o.officer, &RegistryService::Stub::ProposeChangeSet,
                   request));
}

absl::Status Rollback(Client& client, const ChangeOptions& o) {
  ASSIGN_OR_RETURN(
      const auto current,
      Call(client, o.officer, &RegistryService::Stub::GetCityVersion,
           registry::v1::GetCityVersionRequest()));
  registry::v1::ProposeRollbackRequest request;
  request.set_request_id(NewUuid());
  request.set_base_version(current.version());
  request.set_to_version(o.to);
  request.set_comment(o.comment);
  return PrintResult(
      client, Call(client, o.officer, &RegistryService::Stub::ProposeRollback,
                   request));
}

absl::Status Approve(Client& client, const ChangeOptions& o) {
  registry::v1::ApproveChangeSetRequest request;
  request.set_change_set_id(o.id);
  return PrintResult(
      client, Call(client, o.officer, &RegistryService::Stub::ApproveChangeSet,
                   request));
}

absl::Status Reject(Client& client, const ChangeOptions& o) {
  registry::v1::RejectChangeSetRequest request;
  request.set_change_set_id(o.id);
  request.set_reason(o.reason);
  return PrintResult(
      client, Call(client, o.officer, &RegistryService::Stub::RejectChangeSet,
                   request));
}

absl::Status List(Client& client, const ChangeOptions& o) {
  registry::v1::ListChangeSetsRequest request;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     Call(client, o.officer,
                          &RegistryService::Stub::ListChangeSets, request));
    for (const ChangeSet& c : page.change_sets()) Print(client, c);
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status Versions(Client& client, const ChangeOptions& o) {
  registry::v1::ListCityVersionsRequest request;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     Call(client, o.officer,
                          &RegistryService::Stub::ListCityVersions, request));
    for (const auto& v : page.versions()) {
      if (client.settings().json) {
        std::cout << ToJson(v) << "\n";
        continue;
      }
      std::cout << absl::StrFormat("%6d  %s  %9d rows  %s  %s\n", v.version(),
                                   FormatCity(FromProto(v.activate_time())),
                                   v.row_count(), v.author(), v.comment());
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status Diff(Client& client, const ChangeOptions& o) {
  registry::v1::DiffCityVersionsRequest request;
  request.set_from_version(o.from);
  request.set_to_version(o.to);
  do {
    ASSIGN_OR_RETURN(const auto page,
                     Call(client, o.officer,
                          &RegistryService::Stub::DiffCityVersions, request));
    for (const auto& d : page.differences()) {
      if (client.settings().json) {
        std::cout << ToJson(d) << "\n";
        continue;
      }
      const char sign = !d.has_before() ? '+' : !d.has_after() ? '-' : '~';
      std::cout << sign << " " << city::KeyText(d.key()) << "\n";
      if (d.has_before() && d.has_after()) {
        std::cout << "    was " << ToJson(d.before()) << "\n    is  "
                  << ToJson(d.after()) << "\n";
      }
    }
    if (page.next_page_token().empty() && !client.settings().json) {
      std::cout << page.total_count() << " rows differ\n";
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status History(Client& client, const ChangeOptions& o) {
  registry::v1::GetRowHistoryRequest request;
  *request.mutable_key() = city::ParseKeyText(o.row);
  ASSIGN_OR_RETURN(
      const auto history,
      Call(client, o.officer, &RegistryService::Stub::GetRowHistory, request));
  for (const auto& version : history.versions()) {
    if (!client.settings().json) {
      std::cout << "version " << version.from().version() << ", "
                << FormatCity(FromProto(version.from().activate_time()))
                << " to "
                << (version.has_to()
                        ? FormatCity(FromProto(version.to().activate_time()))
                        : "now")
                << ", by " << version.from().author() << ": ";
    }
    std::cout << ToJson(version.row()) << "\n";
  }
  return absl::OkStatus();
}

absl::Status Who(Client& client, const ChangeOptions& o) {
  registry::v1::WhoIsResponsibleRequest request;
  request.set_category_code(o.category);
  if (!o.at.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_time(), ParseTimeOption("--at", o.at));
  }
  if (!o.place.empty()) request.set_place_id(o.place);
  if (!o.grid.empty()) request.set_grid_id(o.grid);
  if (!o.point.empty()) {
    double latitude = 0;
    double longitude = 0;
    if (std::sscanf(o.point.c_str(), "%lf,%lf", &latitude, &longitude) != 2) {
      return absl::InvalidArgumentError(
          absl::StrCat("--point `", o.point, "` is not LATITUDE,LONGITUDE"));
    }
    request.mutable_point()->set_latitude_deg(latitude);
    request.mutable_point()->set_longitude_deg(longitude);
    request.mutable_point()->set_coordinate_system(
        common::v1::COORDINATE_SYSTEM_WGS84);
  }
  ASSIGN_OR_RETURN(const auto answer,
                   Call(client, o.officer,
                        &RegistryService::Stub::WhoIsResponsible, request));
  if (client.settings().json) {
    std::cout << ToJson(answer) << "\n";
    return absl::OkStatus();
  }
  std::cout << answer.unit_name() << " (" << answer.unit_id() << "), "
            << (answer.officer_id().empty()
                    ? "the desk"
                    : absl::StrCat(answer.officer_name(), " (",
                                   answer.officer_id(), ")",
                                   answer.substitute() ? ", standing in" : ""))
            << "\n  by " << answer.rule_id() << ": " << answer.reason()
            << "\n  city version " << answer.city_version() << "\n";
  return absl::OkStatus();
}

ChangeOptions& TheOptions() {
  static auto* const options = new ChangeOptions;
  return *options;
}

using Command = absl::Status (*)(Client&, const ChangeOptions&);

CLI::App* Add(CLI::App* city, const Settings* settings, const std::string& name,
              const std::string& what, const std::string& example,
              Command command) {
  auto* added = city->add_subcommand(name, what);
  added->add_option("--officer", TheOptions().officer,
                    "As this officer of an operation centre; else as the "
                    "city's engineer");
  added->footer("Example: wgctl city " + example);
  OnChosen(added, settings,
           [command](Client& client) { return command(client, TheOptions()); });
  return added;
}

void AddDecisions(CLI::App* city, const Settings* settings) {
  ChangeOptions& o = TheOptions();
  for (CLI::App* command :
       {Add(city, settings, "approve",
            "Approve a change set that somebody else proposed.",
            "approve ID --officer o000005", Approve),
        Add(city, settings, "preview",
            "What a change set would change: open cases, places, load.",
            "preview ID", [](Client&client, const ChangeOptions&options) {
              return Preview(client, options.officer, options.id);
            })}) {
    command->add_option("id", o.id, "Change set")->required();
  }
  auto* reject = Add(city, settings, "reject",
                     "Refuse a change set that did not take effect yet.",
                     "reject ID --reason 'wrong border'", Reject);
  reject->add_option("id", o.id, "Change set")->required();
  reject->add_option("--reason", o.reason, "Why")->required();
}

void AddProposals(CLI::App* city, const Settings* settings) {
  ChangeOptions& o = TheOptions();
  auto* propose = Add(
      city, settings, "propose",
      "Propose to change the city; duty shifts alone change at once.",
      "propose --folder edited-city --comment 'new border of 西里路'", Propose);
  auto* source = propose->add_option_group("source");
  source->add_option("--folder", o.folder,
                     "A whole city folder: what differs is proposed");
  source->add_option("--json", o.json,
                     "Lines of JSON: rows as `city history` prints them, or "
                     "{\"remove\":{\"kind\":…,\"id\":…}}");
  source->require_option(1);
  propose->add_option("--comment", o.comment, "Why")->required();
  propose->add_option("--at", o.at,
                      "When to take effect, `YYYY-MM-DD HH:MM`; at once after "
                      "approval when not stated");
  auto* rollback =
      Add(city, settings, "rollback",
          "Propose to go back to an earlier version, as a new one.",
          "rollback 12 --comment 'as before the merge'", Rollback);
  rollback->add_option("version", o.to, "Version to lead back to")->required();
  rollback->add_option("--comment", o.comment, "Why")->required();
}

void AddQuestions(CLI::App* city, const Settings* settings) {
  ChangeOptions& o = TheOptions();
  Add(city, settings, "changes", "List change sets, newest first.", "changes",
      List);
  Add(city, settings, "versions", "List versions, newest first.", "versions",
      Versions);
  auto* diff = Add(city, settings, "diff", "What differs between two versions.",
                   "diff 3 5", Diff);
  diff->add_option("from", o.from, "Version")->required();
  diff->add_option("to", o.to, "Version; the current one when not stated");
  auto* history = Add(city, settings, "history",
                      "What a row said in every version that changed it.",
                      "history grid/s1", History);
  history->add_option("row", o.row, "KIND/ID")->required();
  auto* who = Add(city, settings, "who",
                  "Who is, or was, responsible for a category somewhere.",
                  "who --point 34.75,113.62 --category c0101 --at '2026-11-01 "
                  "08:00'",
                  Who);
  auto* where = who->add_option_group("where");
  where->add_option("--point", o.point, "LATITUDE,LONGITUDE in WGS84");
  where->add_option("--place", o.place, "A place's id");
  where->add_option("--grid", o.grid, "A grid's id");
  where->require_option(1);
  who->add_option("--category", o.category, "Category code")->required();
  who->add_option("--at", o.at, "A time, `YYYY-MM-DD HH:MM`; now by default");
}

}  // namespace

void AddChangeCommands(CLI::App* city, const Settings* settings) {
  AddProposals(city, settings);
  AddDecisions(city, settings);
  AddQuestions(city, settings);
}

}  // namespace wangge::wgctl
