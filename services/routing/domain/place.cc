#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/routing/domain/route.h"
#include "services/routing/domain/spots.h"

namespace wangge::routing {
namespace {

using city::Chain;

constexpr double kCoordinatesConfidence = 0.98;
constexpr double kReporterGridConfidence = 0.75;
constexpr size_t kMaxSpots = 5;

void FillChain(const city::Location& location, RoutePlan* plan) {
  auto* place = plan->mutable_place();
  for (const auto* grid : location.chain) place->add_grid_ids(grid->grid_id());
  for (const auto* grid : location.overlays) {
    place->add_overlay_grid_ids(grid->grid_id());
  }
  place->set_name(location.chain.back()->name());
  const city::Grid* district = DistrictOf(location.chain);
  if (district != nullptr) plan->set_district_code(district->grid_code());
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

void AddCandidates(const std::vector<Spot>& spots, double confidence,
                   RoutePlan* plan) {
  for (size_t i = 0; i < std::min(spots.size(), kMaxSpots); ++i) {
    auto* out = plan->add_place_candidates();
    if (spots[i].place != nullptr) {
      out->set_place_id(spots[i].place->place_id());
    }
    out->set_words(spots[i].words);
    out->set_grid_id(spots[i].chain.back()->grid_id());
    out->set_confidence(spots[i].score / spots[0].score * confidence);
  }
}

// Coordinates win; words that name another district are worth a look.
void Compare(const Spot& spot, const city::Location& location,
             RoutePlan* plan) {
  const Chain district =
      spot.chain.subspan(0, std::min<size_t>(2, spot.chain.size()));
  const bool agrees = IsPrefix(district, location.chain);
  AddTrace("place", spot.words,
           agrees ? "the words agree with the coordinates"
                  : "the words name another district than the coordinates",
           plan);
}

bool FromWords(const city::City& city, const text::Classifier& model,
               const Reading& reading, city::Location* location,
               RoutePlan* plan) {
  const std::vector<Spot> spots = FindSpots(city, &model, reading);
  if (spots.empty()) return false;
  const double confidence = ConfidenceIn(spots, model.model().addresses());
  AddCandidates(spots, confidence, plan);
  const Spot& best = spots.front();
  if (plan->has_place()) {
    Compare(best, *location, plan);
    return false;
  }
  if (best.point.has_value()) {
    *location = city.Locate(*best.point);
    FillPoint(*best.point, *location, plan);
  } else {
    location->chain = best.chain;
  }
  FillChain(*location, plan);
  if (best.point.has_value()) {
    plan->mutable_place()->set_name(best.place == nullptr ? best.words
                                                          : best.place->name());
  }
  plan->mutable_place()->set_method(v1::PLACE_METHOD_WORDS);
  plan->mutable_place()->set_confidence(confidence);
  AddTrace("place", best.words,
           absl::StrFormat("%s of %d spots, right in %.2f of such",
                           EvidenceOf(spots), spots.size(), confidence),
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
                                            const text::Classifier& model,
                                            const Reading& reading,
                                            RoutePlan* plan) {
  const Matter& matter = reading.matter;
  plan->set_district_code(city.root_grid().grid_code());
  city::Location location;
  const bool exact = FromCoordinates(city, matter, &location, plan);
  const bool found = FromWords(city, model, reading, &location, plan) ||
                     exact || FromReporterGrid(city, matter, &location, plan);
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
