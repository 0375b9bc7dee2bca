#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

using city::Chain;

constexpr double kCoordinatesConfidence = 0.98;
constexpr double kWordsConfidence = 0.9;
constexpr double kBroadWordsConfidence = 0.4;
constexpr double kReporterGridConfidence = 0.75;
constexpr size_t kMostCandidates = 5;

struct Candidate {
  city::NamedPlace named;
  double score = 0;
};

bool IsPrefix(Chain shorter, Chain longer) {
  return shorter.size() <= longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

// How much a name says on its own: places more than grids, deep grids more than
// wide ones, long names more than short ones.
double OwnScore(const city::NamedPlace& named) {
  const double length = static_cast<double>(Utf8Length(named.words)) / 10;
  if (named.place != nullptr) return 10 + length;
  return static_cast<double>(named.grid->level()) + length;
}

// All names with their score: their own, and a little for every other name that
// stands above them, so that district words choose among equal names.
std::vector<Candidate> ScoreNames(const city::City& city,
                                  const Matter& matter) {
  // The address says where; the text may also name places in passing.
  auto named = city.FindPlaces(matter.address());
  if (named.empty()) {
    named = city.FindPlaces(absl::StrCat(matter.title(), "。", matter.text()));
  }
  const Chain home = [&]() -> Chain {
    const auto* grid = city.FindGrid(matter.reporter_grid_id());
    return grid == nullptr ? Chain() : city.ChainOf(*grid);
  }();
  std::vector<Candidate> candidates;
  for (const auto& one : named) {
    Candidate candidate{one, OwnScore(one)};
    for (const auto& other : named) {
      if (other.grid != nullptr && other.chain.size() < one.chain.size() &&
          IsPrefix(other.chain, one.chain)) {
        candidate.score += 2;
      }
    }
    // A grid worker's own grid settles what is otherwise equal.
    for (size_t i = 0; i < std::min(home.size(), one.chain.size()); ++i) {
      if (home[i] == one.chain[i]) candidate.score += 0.5;
    }
    candidates.push_back(std::move(candidate));
  }
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return candidates;
}

// Names of equal rank that lie in different streets cannot be told apart.
size_t CountEqualRivals(const std::vector<Candidate>& candidates) {
  size_t rivals = 1;
  for (size_t i = 1; i < candidates.size(); ++i) {
    if (candidates[i].score < candidates[0].score - 0.25) break;
    if (candidates[i].named.chain != candidates[0].named.chain) ++rivals;
  }
  return rivals;
}

void FillChain(const city::Location& location, RoutePlan* plan) {
  auto* place = plan->mutable_place();
  for (const auto* grid : location.chain) place->add_grid_ids(grid->grid_id());
  for (const auto* grid : location.overlays) {
    place->add_overlay_grid_ids(grid->grid_id());
  }
  place->set_name(location.chain.back()->name());
  for (const auto* grid : location.chain) {
    if (grid->level() == common::v1::GRID_LEVEL_DISTRICT) {
      plan->set_district_code(grid->grid_code());
    }
  }
}

void FillPoint(const geo::Point& point, const city::Location& location,
               RoutePlan* plan) {
  *plan->mutable_place()->mutable_point() = geo::ToGeoPoint(point);
  plan->mutable_place()->set_edge_distance_meters(
      geo::EdgeDistanceMeters(location.chain.back()->polygons(), point));
}

bool FromCoordinates(const city::City& city, const Matter& matter,
                     city::Location* location, RoutePlan* plan) {
  if (!matter.has_point()) return false;
  const geo::Point point{matter.point().latitude_deg(),
                         matter.point().longitude_deg()};
  *location = city.Locate(point);
  if (location->chain.empty()) {
    AddTrace("place", "coordinates", "lie outside the city", plan);
    return false;
  }
  FillChain(*location, plan);
  FillPoint(point, *location, plan);
  plan->mutable_place()->set_method(v1::PLACE_METHOD_COORDINATES);
  plan->mutable_place()->set_confidence(kCoordinatesConfidence);
  AddTrace("place", "coordinates",
           absl::StrCat("lie in ", location->chain.back()->name()), plan);
  return true;
}

bool FromWords(const city::City& city, const Matter& matter,
               city::Location* location, RoutePlan* plan) {
  const auto candidates = ScoreNames(city, matter);
  if (candidates.empty()) return false;
  const size_t rivals = CountEqualRivals(candidates);
  const auto& best = candidates.front().named;
  const bool broad = best.grid != nullptr &&
                     best.grid->level() < common::v1::GRID_LEVEL_STREET;
  const double confidence = (broad ? kBroadWordsConfidence : kWordsConfidence) /
                            static_cast<double>(rivals);
  for (size_t i = 0; i < std::min(candidates.size(), kMostCandidates); ++i) {
    const auto& named = candidates[i].named;
    auto* out = plan->add_place_candidates();
    if (named.place != nullptr) out->set_place_id(named.place->place_id());
    out->set_words(named.words);
    out->set_grid_id(named.chain.back()->grid_id());
    out->set_confidence(candidates[i].score / candidates[0].score * confidence);
  }
  if (plan->has_place()) {
    // Coordinates win; words that name another district are worth a look.
    const bool agrees = IsPrefix(best.chain.subspan(0, 2), location->chain);
    AddTrace("place", best.words,
             agrees ? "the words agree with the coordinates"
                    : "the words name another district than the coordinates",
             plan);
    return false;
  }
  location->chain = best.chain;
  if (best.place != nullptr) {
    const geo::Point point{best.place->latitude_e7() / 1e7,
                           best.place->longitude_e7() / 1e7};
    location->overlays = city.Locate(point).overlays;
    FillChain(*location, plan);
    FillPoint(point, *location, plan);
    plan->mutable_place()->set_name(best.place->name());
  } else {
    FillChain(*location, plan);
  }
  plan->mutable_place()->set_method(v1::PLACE_METHOD_WORDS);
  plan->mutable_place()->set_confidence(confidence);
  AddTrace("place", best.words,
           absl::StrFormat("chosen among %d names, %d of equal rank",
                           candidates.size(), rivals),
           plan);
  return true;
}

bool FromReporterGrid(const city::City& city, const Matter& matter,
                      city::Location* location, RoutePlan* plan) {
  const auto* grid = city.FindGrid(matter.reporter_grid_id());
  if (grid == nullptr) return false;
  location->chain = city.ChainOf(*grid);
  FillChain(*location, plan);
  plan->mutable_place()->set_method(v1::PLACE_METHOD_REPORTER_GRID);
  plan->mutable_place()->set_confidence(kReporterGridConfidence);
  AddTrace("place", grid->name(), "the grid of the reporting grid worker",
           plan);
  return true;
}

}  // namespace

std::vector<const city::Grid*> ResolvePlace(const city::City& city,
                                            const Matter& matter,
                                            RoutePlan* plan) {
  plan->set_district_code(city.root_grid().grid_code());
  city::Location location;
  const bool exact = FromCoordinates(city, matter, &location, plan);
  const bool found = FromWords(city, matter, &location, plan) || exact ||
                     FromReporterGrid(city, matter, &location, plan);
  if (!found) {
    AddTrace("place", "", "no coordinates and no known name", plan);
    return {};
  }
  std::vector<const city::Grid*> scopes(location.chain.begin(),
                                        location.chain.end());
  scopes.insert(scopes.end(), location.overlays.begin(),
                location.overlays.end());
  return scopes;
}

}  // namespace wangge::routing
