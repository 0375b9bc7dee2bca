#include "tools/wgctl/preview.h"

#include <algorithm>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "tools/wgctl/case_walk.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/replay_call.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using client::Client;
using nlohmann::json;
using routing::v1::CityProposal;
using routing::v1::PreviewChangeResponse;
using routing::v1::RoutingService;

struct Findings {
  PreviewChangeResponse impact;
  Replayed open_cases;
  Replayed reports;  // Of the last 30 days.
};

// A thing whose unit would be another one.
struct Move {
  std::string what;
  std::string from;
  std::string to;
};

// The cases that `walk` visits, with the categories they have.
absl::StatusOr<Replayed> ReplayCases(
    Client& client, const std::string& officer, const CityProposal& proposal,
    const std::function<absl::Status(const VisitCase&)>& walk) {
  ASSIGN_OR_RETURN(const auto call, ReplayCall::Open(client, officer));
  RETURN_IF_ERROR(call->ProposeCity(proposal));
  RETURN_IF_ERROR(walk([&](const cases::v1::Case& c) {
    return call->Add(c, c.category_code());
  }));
  return call->Finish();
}

absl::StatusOr<Findings> Find(Client& client, const std::string& officer,
                              const std::string& change_set_id) {
  routing::v1::PreviewChangeRequest request;
  request.mutable_proposal()->set_change_set_id(change_set_id);
  Findings findings;
  ASSIGN_OR_RETURN(findings.impact,
                   CallRouting(client, officer,
                               &RoutingService::Stub::PreviewChange, request));
  ASSIGN_OR_RETURN(findings.open_cases,
                   ReplayCases(client, officer, request.proposal(),
                               [&](const VisitCase& visit) {
                                 return WalkOpenCases(client, officer, visit);
                               }));
  ASSIGN_OR_RETURN(const TimeRange month, ParseTimeRange("", ""));
  ASSIGN_OR_RETURN(findings.reports,
                   ReplayCases(client, officer, request.proposal(),
                               [&](const VisitCase& visit) {
                                 return WalkCases(client, officer, month.from,
                                                  month.to, visit);
                               }));
  return findings;
}

std::vector<Move> MovesOf(const Replayed& replayed) {
  std::vector<Move> moves;
  for (const auto& difference : replayed.differences) {
    const std::string& from = difference.before().unit_id();
    const std::string& to = difference.after().unit_id();
    if (from != to) moves.push_back({difference.reference(), from, to});
  }
  return moves;
}

std::vector<Move> PlaceMovesOf(const PreviewChangeResponse& impact) {
  std::vector<Move> moves;
  for (const auto& move : impact.place_moves()) {
    moves.push_back({absl::StrCat(move.place_name(), " (", move.place_id(),
                                  "), ", move.category_name()),
                     move.unit_id_before(), move.unit_id_after()});
  }
  return moves;
}

// `count` is of all, of which `moves` may be the first.
void PrintMoves(int64_t count, const std::string& what,
                const std::vector<Move>& moves) {
  constexpr size_t kShown = 20;
  std::cout << count << " " << what << "\n";
  const size_t shown = std::min(moves.size(), kShown);
  for (size_t i = 0; i < shown; ++i) {
    std::cout << "  " << moves[i].what << ": " << moves[i].from << " → "
              << moves[i].to << "\n";
  }
  const int64_t more = count - static_cast<int64_t>(shown);
  if (more > 0) {
    std::cout << "  … and " << more << " more; --json lists "
              << (static_cast<size_t>(count) > moves.size()
                      ? absl::StrCat("the first ", moves.size())
                      : "them")
              << "\n";
  }
}

void PrintText(const Findings& f) {
  PrintMoves(f.open_cases.summary.other_unit_count(),
             "open cases would change unit", MovesOf(f.open_cases));
  PrintMoves(f.reports.summary.other_unit_count(),
             absl::StrCat("of ", f.reports.summary.matter_count(),
                          " reports of the last 30 days would"),
             MovesOf(f.reports));
  PrintMoves(f.impact.place_move_count(), "places and categories would",
             PlaceMovesOf(f.impact));
  std::cout << "load of the last 30 days, units that differ:\n";
  for (const auto& load : f.reports.summary.loads()) {
    std::cout << "  " << load.unit_id() << ": " << load.matter_count_before()
              << " → " << load.matter_count_after() << "\n";
  }
  std::cout << "cells that only an operation centre answers for: "
            << f.impact.fallback_cell_count_before() << " → "
            << f.impact.fallback_cell_count_after() << "\n"
            << f.impact.new_fault_count() << " new faults of the certificate\n";
  for (const auto& fault : f.impact.new_faults()) {
    std::cout << "  " << fault.description() << "\n";
  }
}

json AsJson(const std::vector<Move>& moves) {
  json list = json::array();
  for (const Move& move : moves) {
    list.push_back({{"what", move.what}, {"from", move.from}, {"to", move.to}});
  }
  return list;
}

void PrintJson(const Findings& f) {
  json loads = json::object();
  for (const auto& load : f.reports.summary.loads()) {
    loads[load.unit_id()] = {{"before", load.matter_count_before()},
                             {"after", load.matter_count_after()}};
  }
  json faults = json::array();
  for (const auto& fault : f.impact.new_faults()) {
    faults.push_back(fault.description());
  }
  std::cout
      << json{{"openCases", AsJson(MovesOf(f.open_cases))},
              {"openCasesSeen", f.open_cases.summary.matter_count()},
              {"reports", AsJson(MovesOf(f.reports))},
              {"reportsSeen", f.reports.summary.matter_count()},
              {"places", AsJson(PlaceMovesOf(f.impact))},
              {"placesCount", f.impact.place_move_count()},
              {"load", loads},
              {"fallbackCellsBefore", f.impact.fallback_cell_count_before()},
              {"fallbackCellsAfter", f.impact.fallback_cell_count_after()},
              {"newFaults", faults},
              {"newFaultsCount", f.impact.new_fault_count()}}
             .dump()
      << "\n";
}

}  // namespace

absl::Status Preview(Client& client, const std::string& officer,
                     const std::string& change_set_id) {
  ASSIGN_OR_RETURN(const Findings findings,
                   Find(client, officer, change_set_id));
  client.settings().json ? PrintJson(findings) : PrintText(findings);
  return absl::OkStatus();
}

}  // namespace wangge::wgctl
