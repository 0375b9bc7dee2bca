#include "tools/wgctl/preview.h"

#include <algorithm>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "city/certificate.h"
#include "city/responsibility.h"
#include "tools/wgctl/case_walk.h"
#include "tools/wgctl/print.h"
#include "wangge/cases/v1/cases.grpc.pb.h"
#include "wangge/registry/v1/registry.grpc.pb.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using cases::v1::Case;
using cases::v1::CaseService;
using city::City;
using nlohmann::json;
using registry::v1::RegistryService;
using routing::v1::RoutingService;

constexpr absl::Duration kLookBack = absl::Hours(30 * 24);
constexpr int kBatch = 500;

// A thing whose unit would be another one.
struct Move {
  std::string what;
  std::string from;
  std::string to;
};

struct Load {
  int before = 0;
  int after = 0;
};

struct Findings {
  std::vector<Move> open_cases;
  std::vector<Move> reports;
  std::vector<Move> places;
  std::map<std::string, Load> load;  // Reports of the last 30 days, by unit.
  int reports_seen = 0;
  int64_t fallback_cells_before = 0;
  int64_t fallback_cells_after = 0;
  std::vector<std::string> new_faults;
};

class Previewer {
 public:
  Previewer(Client& client, const City& now, const City& then,
            const registry::v1::ChangeSet& change_set)
      : client_(client), now_(now), then_(then), change_set_(change_set) {}

  absl::StatusOr<Findings> Find() {
    RETURN_IF_ERROR(FindCases());
    FindPlaces();
    CompareCertificates();
    return std::move(findings_);
  }

 private:
  absl::Status FindCases() {
    const absl::Time oldest = absl::Now() - kLookBack;
    cases::v1::ListCasesRequest request;
    request.set_page_size(kBatch);
    do {
      ASSIGN_OR_RETURN(
          const auto page,
          (CallAs<CaseService>(client_, "cases", "admin/wgctl", "",
                               &CaseService::Stub::ListCases, request)));
      std::vector<const Case*> wanted;
      bool past = false;
      for (const Case& c : page.cases()) {
        past = FromProto(c.receive_time()) < oldest;
        if (!past || IsOpen(c)) wanted.push_back(&c);
      }
      RETURN_IF_ERROR(Compare(wanted, oldest));
      request.set_page_token(past ? "" : page.next_page_token());
    } while (!request.page_token().empty());
    return absl::OkStatus();
  }

  static bool IsOpen(const Case& c) {
    return c.state() != cases::v1::CASE_STATE_CLOSED;
  }

  absl::Status Compare(const std::vector<const Case*>& batch,
                       absl::Time oldest) {
    if (batch.empty()) return absl::OkStatus();
    routing::v1::RouteMattersRequest request;
    for (const Case* c : batch) {
      auto& matter = *request.add_matters();
      matter = MatterOf(*c);
      matter.set_category_code(c->category_code());
    }
    ASSIGN_OR_RETURN(const auto before, Route(request));
    auto& proposed = *request.mutable_proposed();
    proposed.set_base_version(now_.version().version());
    *proposed.mutable_rows() = change_set_.rows();
    *proposed.mutable_removed_rows() = change_set_.removed_rows();
    ASSIGN_OR_RETURN(const auto after, Route(request));
    for (int i = 0; i < before.plans_size(); ++i) {
      const Case& c = *batch[static_cast<size_t>(i)];
      const std::string& from = before.plans(i).lead().unit_id();
      const std::string& to = after.plans(i).lead().unit_id();
      if (FromProto(c.receive_time()) >= oldest) {
        ++findings_.reports_seen;
        ++findings_.load[from].before;
        ++findings_.load[to].after;
        if (from != to) findings_.reports.push_back({c.case_no(), from, to});
      }
      if (from != to && IsOpen(c)) {
        findings_.open_cases.push_back({c.case_no(), from, to});
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<routing::v1::RouteMattersResponse> Route(
      const routing::v1::RouteMattersRequest& request) {
    return CallAs<RoutingService>(client_, "routing", "admin/wgctl", "",
                                  &RoutingService::Stub::RouteMatters, request);
  }

  void FindPlaces() {
    now_.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
      if (!row->has_place() ||
          then_.FindPlace(row->place().place_id()) == nullptr) {
        return;
      }
      const geo::Point point{row->place().latitude_e7() / 1e7,
                             row->place().longitude_e7() / 1e7};
      const city::Location before = now_.Locate(point);
      const city::Location after = then_.Locate(point);
      for (const auto* category : now_.categories()) {
        const auto* later = then_.FindCategory(category->category_code());
        if (later == nullptr) continue;
        const auto from =
            city::FindResponsible(now_, {*category, before.chain, &point});
        const auto to =
            city::FindResponsible(then_, {*later, after.chain, &point});
        if (from.lead.unit->unit_id() == to.lead.unit->unit_id()) continue;
        findings_.places.push_back(
            {absl::StrCat(row->place().name(), " (", row->place().place_id(),
                          "), ", category->name()),
             from.lead.unit->unit_id(), to.lead.unit->unit_id()});
      }
    });
  }

  void CompareCertificates() {
    const absl::Time time = absl::Now();
    const auto before = city::Certify(now_, time);
    const auto after = city::Certify(then_, time);
    findings_.fallback_cells_before = before.total().fallback_cell_count();
    findings_.fallback_cells_after = after.total().fallback_cell_count();
    for (const auto& fault : city::NewFaults(before, after)) {
      findings_.new_faults.push_back(fault.description());
    }
  }

  Client& client_;
  const City& now_;
  const City& then_;
  const registry::v1::ChangeSet& change_set_;
  Findings findings_;
};

void PrintMoves(const char* what, const std::vector<Move>& moves) {
  constexpr size_t kShown = 20;
  std::cout << moves.size() << " " << what << "\n";
  for (size_t i = 0; i < std::min(moves.size(), kShown); ++i) {
    std::cout << "  " << moves[i].what << ": " << moves[i].from << " → "
              << moves[i].to << "\n";
  }
  if (moves.size() > kShown) {
    std::cout << "  … and " << moves.size() - kShown
              << " more; --json lists them\n";
  }
}

void PrintText(const Findings& f) {
  PrintMoves("open cases would change unit", f.open_cases);
  PrintMoves(
      absl::StrCat("of ", f.reports_seen, " reports of the last 30 days would")
          .c_str(),
      f.reports);
  PrintMoves("places and categories would", f.places);
  std::cout << "load of the last 30 days, units that differ:\n";
  for (const auto& [unit, load] : f.load) {
    if (load.before == load.after) continue;
    std::cout << "  " << unit << ": " << load.before << " → " << load.after
              << "\n";
  }
  std::cout << "cells that only an operation centre answers for: "
            << f.fallback_cells_before << " → " << f.fallback_cells_after
            << "\n"
            << f.new_faults.size() << " new faults of the certificate\n";
  for (const std::string& fault : f.new_faults) {
    std::cout << "  " << fault << "\n";
  }
}

json MovesAsJson(const std::vector<Move>& moves) {
  json list = json::array();
  for (const Move& move : moves) {
    list.push_back({{"what", move.what}, {"from", move.from}, {"to", move.to}});
  }
  return list;
}

void PrintJson(const Findings& f) {
  json load = json::object();
  for (const auto& [unit, l] : f.load) {
    if (l.before != l.after) {
      load[unit] = {{"before", l.before}, {"after", l.after}};
    }
  }
  std::cout << json{{"openCases", MovesAsJson(f.open_cases)},
                    {"reports", MovesAsJson(f.reports)},
                    {"reportsSeen", f.reports_seen},
                    {"places", MovesAsJson(f.places)},
                    {"load", load},
                    {"fallbackCellsBefore", f.fallback_cells_before},
                    {"fallbackCellsAfter", f.fallback_cells_after},
                    {"newFaults", f.new_faults}}
                   .dump()
            << "\n";
}

}  // namespace

absl::Status Preview(Client& client, const std::string& change_set_id) {
  ASSIGN_OR_RETURN(const auto now, FetchCity(client));
  registry::v1::GetChangeSetRequest request;
  request.set_change_set_id(change_set_id);
  ASSIGN_OR_RETURN(
      const auto change_set,
      (CallAs<RegistryService>(client, "registry", "admin/wgctl", "",
                               &RegistryService::Stub::GetChangeSet, request)));
  ASSIGN_OR_RETURN(
      const auto then,
      now->With(now->version(),
                city::ChangesOf(change_set.rows(), change_set.removed_rows())));
  ASSIGN_OR_RETURN(const Findings findings,
                   Previewer(client, *now, *then, change_set).Find());
  client.settings().json ? PrintJson(findings) : PrintText(findings);
  return absl::OkStatus();
}

void DescribeRowChange(const city::CityRow& before, const city::CityRow& after,
                       std::ostream& out) {
  out << "    was " << ToJson(before) << "\n    is  " << ToJson(after) << "\n";
}

}  // namespace wangge::wgctl
