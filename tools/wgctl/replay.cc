#include "tools/wgctl/replay.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/folder.h"
#include "client/city.h"
#include "tools/wgctl/case_walk.h"
#include "tools/wgctl/print.h"
#include "tools/wgctl/replay_call.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using client::Client;
using nlohmann::json;
using routing::v1::CityProposal;
using routing::v1::RouteOutcome;

constexpr char kRuleKind[] = "rule";

absl::StatusOr<int64_t> VersionInForce(Client& client) {
  using registry::v1::RegistryService;
  ASSIGN_OR_RETURN(
      const auto version,
      (client::CallAs<RegistryService>(client, "registry", "admin/wgctl", "",
                                       &RegistryService::Stub::GetCityVersion,
                                       registry::v1::GetCityVersionRequest())));
  return version.version();
}

// Replaces the list of the proposed city by that of the file.
absl::Status AddRules(Client& client, const std::string& path,
                      CityProposal* proposal) {
  ASSIGN_OR_RETURN(const city::RowMap rules,
                   city::ReadRowTable(path, kRuleKind));
  auto& changes = *proposal->mutable_changes();
  if (changes.base_version() == 0) {
    int64_t base = proposal->city_version();
    if (base == 0) {
      ASSIGN_OR_RETURN(base, VersionInForce(client));
    }
    changes.set_base_version(base);
  }
  auto& rows = *changes.mutable_rows();
  rows.erase(std::remove_if(rows.begin(), rows.end(),
                            [](const auto& row) { return row.has_rule(); }),
             rows.end());
  auto& removed = *changes.mutable_removed_rows();
  removed.erase(
      std::remove_if(removed.begin(), removed.end(),
                     [](const auto& key) { return key.kind() == kRuleKind; }),
      removed.end());
  for (const auto& [key, row] : rules) *changes.add_rows() = *row;
  changes.add_replaced_kinds(kRuleKind);
  return absl::OkStatus();
}

absl::StatusOr<CityProposal> ProposalOf(Client& client,
                                        const ReplayOptions& options) {
  CityProposal proposal;
  int64_t version = 0;
  if (absl::SimpleAtoi(options.city, &version)) {
    proposal.set_city_version(version);
  } else if (!options.city.empty()) {
    ASSIGN_OR_RETURN(proposal, ProposalOfFolder(client, options.city));
  }
  if (!options.rules.empty()) {
    RETURN_IF_ERROR(AddRules(client, options.rules, &proposal));
  }
  return proposal;
}

std::string DispositionOf(const RouteOutcome& outcome) {
  return Short(routing::v1::Disposition_Name(outcome.disposition()),
               "DISPOSITION_");
}

json AsJson(const RouteOutcome& outcome) {
  return {{"disposition", DispositionOf(outcome)},
          {"category", outcome.category_code()},
          {"unit", outcome.unit_id()}};
}

void PrintJson(const Replayed& replayed) {
  json changes = json::array();
  for (const auto& difference : replayed.differences) {
    changes.push_back({{"caseNo", difference.reference()},
                       {"before", AsJson(difference.before())},
                       {"after", AsJson(difference.after())}});
  }
  json loads = json::object();
  for (const auto& load : replayed.summary.loads()) {
    loads[load.unit_id()] = {{"before", load.matter_count_before()},
                             {"after", load.matter_count_after()}};
  }
  const auto& sums = replayed.summary;
  std::cout << json{{"reports", sums.matter_count()},
                    {"automaticBefore", sums.automatic_count_before()},
                    {"automaticAfter", sums.automatic_count_after()},
                    {"otherUnit", sums.other_unit_count()},
                    {"otherCategory", sums.other_category_count()},
                    {"changes", changes},
                    {"load", loads}}
            << "\n";
}

void PrintText(const Replayed& replayed) {
  constexpr size_t kShown = 20;
  const auto& sums = replayed.summary;
  std::cout << sums.matter_count() << " reports; dispatched by themselves "
            << sums.automatic_count_before() << " → "
            << sums.automatic_count_after() << "; " << sums.other_unit_count()
            << " would have another unit, " << sums.other_category_count()
            << " another category\n";
  const auto& differences = replayed.differences;
  for (size_t i = 0; i < std::min(differences.size(), kShown); ++i) {
    const RouteOutcome& before = differences[i].before();
    const RouteOutcome& after = differences[i].after();
    std::cout << "  " << differences[i].reference() << "  "
              << DispositionOf(before) << " " << before.category_code() << " "
              << before.unit_id() << " → " << DispositionOf(after) << " "
              << after.category_code() << " " << after.unit_id() << "\n";
  }
  if (differences.size() > kShown) {
    std::cout << "  … and " << differences.size() - kShown
              << " more; --json lists them\n";
  }
  std::cout << "units whose load differs:\n";
  for (const auto& load : sums.loads()) {
    std::cout << "  " << (load.unit_id().empty() ? "(none)" : load.unit_id())
              << ": " << load.matter_count_before() << " → "
              << load.matter_count_after() << "\n";
  }
}

}  // namespace

absl::StatusOr<CityProposal> ProposalOfFolder(Client& client,
                                              const std::string& folder) {
  ASSIGN_OR_RETURN(const auto wanted, city::LoadFolder(folder));
  ASSIGN_OR_RETURN(const auto current, client::FetchCity(client));
  const auto difference = city::Difference(current->rows(), wanted->rows());
  CityProposal proposal;
  if (difference.empty()) return proposal;
  auto& changes = *proposal.mutable_changes();
  changes.set_base_version(current->version().version());
  for (const auto& [key, row] : difference.upserts) *changes.add_rows() = *row;
  for (const std::string& key : difference.removals) {
    *changes.add_removed_rows() = city::ParseKeyText(key);
  }
  return proposal;
}

absl::Status Replay(Client& client, const ReplayOptions& options) {
  ASSIGN_OR_RETURN(const CityProposal proposal, ProposalOf(client, options));
  ASSIGN_OR_RETURN(const auto call, ReplayCall::Open(client, ""));
  if (proposal.ByteSizeLong() > 0) {
    RETURN_IF_ERROR(call->ProposeCity(proposal));
  }
  if (!options.model.empty()) {
    ASSIGN_OR_RETURN(const std::string model, ReadFile(options.model));
    RETURN_IF_ERROR(call->ProposeModel(model));
  }
  RETURN_IF_ERROR(
      WalkCases(client, "", options.range.from, options.range.to,
                [&](const cases::v1::Case& c) { return call->Add(c, ""); }));
  ASSIGN_OR_RETURN(const Replayed replayed, call->Finish());
  client.settings().json ? PrintJson(replayed) : PrintText(replayed);
  return absl::OkStatus();
}

}  // namespace wangge::wgctl
