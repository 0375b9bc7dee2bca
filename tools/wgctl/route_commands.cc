#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "geo/coordinates.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"
#include "tools/wgctl/replay.h"
#include "tools/wgctl/replay_call.h"
#include "wangge/routing/v1/routing.grpc.pb.h"
#include "words/case_words.h"

namespace wangge::wgctl {
namespace {

using routing::v1::Matter;
using routing::v1::RoutePlan;
using routing::v1::RoutingService;

struct ExplainOptions {
  Matter matter;
  double latitude = 0;
  double longitude = 0;
  std::string system = "wgs84";
  std::string folder;
};

// In the city in force, or as it would be with a city folder.
absl::StatusOr<RoutePlan> PlanFor(Client& client, const Matter& matter,
                                  const std::string& folder) {
  routing::v1::RouteMattersRequest request;
  *request.add_matters() = matter;
  if (!folder.empty()) {
    ASSIGN_OR_RETURN(auto proposal, ProposalOfFolder(client, folder));
    if (proposal.has_changes()) {
      *request.mutable_proposed() = std::move(*proposal.mutable_changes());
    }
  }
  ASSIGN_OR_RETURN(
      auto response,
      (CallAs<RoutingService>(client, "routing", "admin/wgctl", "",
                              &RoutingService::Stub::RouteMatters, request)));
  return std::move(*response.mutable_plans(0));
}

void PrintResponsible(const char* role, const routing::v1::Responsible& r) {
  std::cout << role << "  " << r.unit_name() << " (" << r.unit_id() << ")  "
            << (r.officer_name().empty() ? "值班台" : r.officer_name())
            << (r.substitute() ? " 替岗" : "") << "  by " << r.rule_id() << ": "
            << r.reason() << "\n";
}

void PrintPlan(const RoutePlan& plan) {
  std::cout << Short(routing::v1::Disposition_Name(plan.disposition()),
                     "DISPOSITION_")
            << (plan.operator_reason().empty() ? "" : ": ")
            << words::OperatorReason(plan.operator_reason()) << "\n"
            << "category  " << plan.category_name() << " ("
            << plan.category_code() << ")\n"
            << "place     " << plan.place().name()
            << absl::StrFormat("  confidence %.2f", plan.place().confidence())
            << "\n";
  if (plan.has_lead()) PrintResponsible("lead    ", plan.lead());
  for (const auto& r : plan.co_handlers()) PrintResponsible("with    ", r);
  for (const std::string& words : plan.danger_words()) {
    std::cout << "danger    " << words << "\n";
  }
  std::cout << "considered:\n";
  for (const auto& c : plan.category_candidates()) {
    std::cout << absl::StrFormat("  category  %.2f  %s: %s\n", c.probability(),
                                 c.category_code(), c.reason());
  }
  for (const auto& c : plan.place_candidates()) {
    std::cout << absl::StrFormat("  place     %.2f  %s in %s\n", c.confidence(),
                                 c.words(), c.grid_id());
  }
  std::cout << "steps:\n";
  for (const auto& step : plan.trace()) {
    std::cout << "  " << step.stage() << "  " << step.subject() << ": "
              << step.finding() << "\n";
  }
  std::cout << "decided with city version " << plan.city_version()
            << ", text model " << plan.model_version() << "\n";
}

absl::Status ExplainRoute(Client& client, const ExplainOptions& o) {
  Matter matter = o.matter;
  *matter.mutable_time() = ToProto(absl::Now());
  if (o.latitude != 0 || o.longitude != 0) {
    common::v1::GeoPoint given;
    given.set_latitude_deg(o.latitude);
    given.set_longitude_deg(o.longitude);
    ASSIGN_OR_RETURN(const auto system, SystemOption("--crs", o.system));
    given.set_coordinate_system(system);
    ASSIGN_OR_RETURN(const geo::Point point, geo::ToWgs84(given));
    *matter.mutable_point() = geo::ToGeoPoint(point);
  }
  ASSIGN_OR_RETURN(const RoutePlan plan, PlanFor(client, matter, o.folder));
  if (client.settings().json) {
    std::cout << ToJson(plan) << "\n";
  } else {
    PrintPlan(plan);
  }
  return absl::OkStatus();
}

std::string NameOf(routing::v1::LintKind kind) {
  return absl::AsciiStrToLower(
      Short(routing::v1::LintKind_Name(kind), "LINT_KIND_"));
}

absl::Status LintRules(Client& client, const std::string& folder) {
  routing::v1::LintRulesRequest request;
  if (!folder.empty()) {
    ASSIGN_OR_RETURN(auto proposal, ProposalOfFolder(client, folder));
    if (proposal.has_changes()) {
      *request.mutable_proposal() = std::move(proposal);
    }
  }
  ASSIGN_OR_RETURN(
      const auto response,
      CallRouting(client, "", &RoutingService::Stub::LintRules, request));
  for (const auto& finding : response.findings()) {
    if (client.settings().json) {
      std::cout << nlohmann::json{{"kind", NameOf(finding.kind())},
                                  {"subject", finding.subject()},
                                  {"other", finding.other()},
                                  {"description", finding.description()}}
                << "\n";
    } else {
      std::cout << absl::StrFormat("%-14s %s: %s\n", NameOf(finding.kind()),
                                   finding.subject(), finding.description());
    }
  }
  if (!client.settings().json) {
    std::cout << response.finding_count() << " findings\n";
  }
  return absl::OkStatus();
}

void AddExplain(CLI::App* route, const Settings* settings) {
  static ExplainOptions o;
  static std::string title;
  static std::string text;
  static std::string address;
  static std::string category;
  static std::string grid;
  auto* explain = route->add_subcommand(
      "explain", "Why a matter would go where it would go.");
  explain->add_option("--text", text, "What the reporter says")->required();
  explain->add_option("--title", title, "Title");
  explain->add_option("--address", address, "Address in everyday words");
  explain->add_option("--lat", o.latitude, "Latitude, degrees");
  explain->add_option("--lon", o.longitude, "Longitude, degrees");
  explain->add_option("--crs", o.system,
                      "Of the point: wgs84, cgcs2000, gcj02, bd09");
  explain->add_option("--category", category, "Category from a source's code");
  explain->add_option("--grid", grid, "Grid of the reporting grid worker");
  explain->add_option("--city", o.folder,
                      "As it would be with this city folder");
  explain->footer(
      "Example: wgctl route explain --text '3单元热力管道漏水' --address "
      "'诗圣大道开普西一区5号楼'");
  OnChosen(explain, settings, [](Client& client) {
    o.matter.set_title(title);
    o.matter.set_text(text);
    o.matter.set_address(address);
    o.matter.set_category_code(category);
    o.matter.set_reporter_grid_id(grid);
    return ExplainRoute(client, o);
  });
}

void AddReplay(CLI::App* route, const Settings* settings) {
  static ReplayOptions o;
  static std::string from;
  static std::string to;
  auto* replay = route->add_subcommand(
      "replay",
      "Reports of the past through routing as it would be: what changes.");
  replay->add_option("--from", from,
                     "Reports since then, `YYYY-MM-DD HH:MM`; 30 days ago by "
                     "default");
  replay->add_option("--to", to, "Reports before then; now by default");
  replay->add_option("--with-city", o.city,
                     "A city folder, or a version of the registry");
  replay->add_option("--with-rules", o.rules,
                     "A responsibilities.csv in place of the list");
  replay->add_option("--with-model", o.model, "Another text model");
  replay->footer(
      "Examples:\n"
      "  wgctl route replay --with-city 3\n"
      "  wgctl route replay --from '2026-11-01 00:00' --with-model new.model\n"
      "  wgctl route replay --with-rules edited/responsibilities.csv --json");
  OnChosen(replay, settings, [](Client& client) -> absl::Status {
    ASSIGN_OR_RETURN(o.range, ParseTimeRange(from, to));
    return Replay(client, o);
  });
}

}  // namespace

void AddRouteCommands(CLI::App* app, const Settings* settings) {
  static std::string folder;
  auto* route = app->add_subcommand(
      "route", "Who is responsible, why, and what a change would change.");
  route->require_subcommand(1);
  AddExplain(route, settings);
  AddReplay(route, settings);
  auto* lint = route->add_subcommand(
      "lint", "What is wrong with the responsibility list.");
  lint->add_option("--city", folder, "As it would be with this city folder");
  lint->footer("Example: wgctl route lint --city var/city");
  OnChosen(lint, settings,
           [](Client& client) { return LintRules(client, folder); });
}

}  // namespace wangge::wgctl
