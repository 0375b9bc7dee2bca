#include "tools/wgctl/replay.h"

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "city/format/folder.h"
#include "services/routing/domain/route.h"
#include "tools/wgctl/case_walk.h"
#include "tools/wgctl/preview.h"
#include "tools/wgctl/print.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using city::City;
using registry::v1::RegistryService;
using routing::v1::RoutePlan;
using CityPtr = std::shared_ptr<const City>;
using ModelPtr = std::shared_ptr<const text::Classifier>;

// A city of the past: the current one with the difference applied backwards.
absl::StatusOr<CityPtr> CityOfVersion(Client& client, const CityPtr& now,
                                      int64_t version) {
  registry::v1::DiffCityVersionsRequest request;
  request.set_from_version(now->version().version());
  request.set_to_version(version);
  request.set_page_size(1000);
  city::Changes changes;
  do {
    ASSIGN_OR_RETURN(const auto page,
                     (CallAs<RegistryService>(
                         client, "registry", "admin/wgctl", "",
                         &RegistryService::Stub::DiffCityVersions, request)));
    for (const auto& difference : page.differences()) {
      if (difference.has_after()) {
        city::AddRow(difference.after(), &changes.upserts);
      } else {
        changes.removals.push_back(city::KeyText(difference.key()));
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  registry::v1::CityVersion of;
  of.set_version(version);
  return now->With(of, changes);
}

absl::StatusOr<CityPtr> WithRules(const CityPtr& city,
                                  const std::string& path) {
  city::Changes changes;
  ASSIGN_OR_RETURN(changes.upserts, city::ReadRowTable(path, "rule"));
  city->rows().ForEach([&](const std::string& key, const city::RowPtr& row) {
    if (row->has_rule() && !changes.upserts.contains(key)) {
      changes.removals.push_back(key);
    }
  });
  return city->With(city->version(), changes);
}

absl::StatusOr<CityPtr> ProposedCity(Client& client, const CityPtr& now,
                                     const ReplayOptions& options) {
  CityPtr then = now;
  int64_t version = 0;
  if (absl::SimpleAtoi(options.city, &version)) {
    ASSIGN_OR_RETURN(then, CityOfVersion(client, now, version));
  } else if (!options.city.empty()) {
    ASSIGN_OR_RETURN(then, city::LoadFolder(options.city));
  }
  if (options.rules.empty()) return then;
  return WithRules(then, options.rules);
}

// What a plan comes to.
struct Outcome {
  std::string disposition;
  std::string category;
  std::string unit;

  explicit Outcome(const RoutePlan& plan)
      : disposition(Short(routing::v1::Disposition_Name(plan.disposition()),
                          "DISPOSITION_")),
        category(plan.category_code()),
        unit(plan.lead().unit_id()) {}
  bool operator==(const Outcome&) const = default;

  nlohmann::json ToJson() const {
    return {
        {"disposition", disposition}, {"category", category}, {"unit", unit}};
  }
};

struct Change {
  std::string case_no;
  Outcome before;
  Outcome after;
};

struct RecordedLoad {
  int before = 0;
  int after = 0;
};

struct ReplayFindings {
  int reports = 0;
  RecordedLoad automatic;
  int other_unit = 0;
  int other_category = 0;
  std::vector<Change> changes;
  std::map<std::string, RecordedLoad> load;  // By unit.

  void Add(const std::string& case_no, const Outcome& before,
           const Outcome& after) {
    ++reports;
    automatic.before += before.disposition == "AUTO" ? 1 : 0;
    automatic.after += after.disposition == "AUTO" ? 1 : 0;
    ++load[before.unit].before;
    ++load[after.unit].after;
    if (before == after) return;
    other_unit += before.unit != after.unit ? 1 : 0;
    other_category += before.category != after.category ? 1 : 0;
    changes.push_back({case_no, before, after});
  }
};

void PrintReplayJson(const ReplayFindings& f) {
  nlohmann::json changes = nlohmann::json::array();
  for (const Change& change : f.changes) {
    changes.push_back({{"caseNo", change.case_no},
                       {"before", change.before.ToJson()},
                       {"after", change.after.ToJson()}});
  }
  nlohmann::json load = nlohmann::json::object();
  for (const auto& [unit, l] : f.load) {
    if (l.before == l.after) continue;
    load[unit] = {{"before", l.before}, {"after", l.after}};
  }
  std::cout << nlohmann::json{{"reports", f.reports},
                              {"automaticBefore", f.automatic.before},
                              {"automaticAfter", f.automatic.after},
                              {"otherUnit", f.other_unit},
                              {"otherCategory", f.other_category},
                              {"changes", changes},
                              {"load", load}}
            << "\n";
}

void PrintReplayText(const ReplayFindings& f) {
  constexpr size_t kShown = 20;
  std::cout << f.reports << " reports; dispatched by themselves "
            << f.automatic.before << " → " << f.automatic.after << "; "
            << f.other_unit << " would have another unit, " << f.other_category
            << " another category\n";
  for (size_t i = 0; i < std::min(f.changes.size(), kShown); ++i) {
    const auto& [case_no, before, after] = f.changes[i];
    std::cout << "  " << case_no << "  " << before.disposition << " "
              << before.category << " " << before.unit << " → "
              << after.disposition << " " << after.category << " " << after.unit
              << "\n";
  }
  if (f.changes.size() > kShown) {
    std::cout << "  … and " << f.changes.size() - kShown
              << " more; --json lists them\n";
  }
  std::cout << "units whose load differs:\n";
  for (const auto& [unit, load] : f.load) {
    if (load.before == load.after) continue;
    std::cout << "  " << (unit.empty() ? "(none)" : unit) << ": " << load.before
              << " → " << load.after << "\n";
  }
}

}  // namespace

absl::Status Replay(Client& client, const ReplayOptions& options) {
  ASSIGN_OR_RETURN(const CityPtr now, FetchCity(client));
  ASSIGN_OR_RETURN(const CityPtr then, ProposedCity(client, now, options));
  ASSIGN_OR_RETURN(const ModelPtr model,
                   text::Classifier::Load(client.settings().text_model));
  ModelPtr other = model;
  if (!options.model.empty()) {
    ASSIGN_OR_RETURN(other, text::Classifier::Load(options.model));
  }
  ReplayFindings findings;
  RETURN_IF_ERROR(WalkCases(
      client, options.range.from, options.range.to,
      [&](const cases::v1::Case& c) {
        const routing::v1::Matter matter = MatterOf(c);
        findings.Add(c.case_no(), Outcome(routing::Route(*now, *model, matter)),
                     Outcome(routing::Route(*then, *other, matter)));
        return absl::OkStatus();
      }));
  client.settings().json ? PrintReplayJson(findings)
                         : PrintReplayText(findings);
  return absl::OkStatus();
}

}  // namespace wangge::wgctl
