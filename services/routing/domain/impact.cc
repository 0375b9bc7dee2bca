#include "services/routing/domain/impact.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/parallel.h"
#include "city/certificate.h"
#include "city/responsibility.h"

namespace wangge::routing {
namespace {

using city::City;
using city::Place;

constexpr size_t kPlacesOfARange = 64;

// Places that both cities have, in order of their ids, as they are.
std::vector<const Place*> PlacesOfBoth(const City& before, const City& after) {
  std::vector<const Place*> places;
  before.rows().ForEach([&](const std::string&, const city::RowPtr& row) {
    if (row->has_place() &&
        after.FindPlace(row->place().place_id()) != nullptr) {
      places.push_back(&row->place());
    }
  });
  std::sort(places.begin(), places.end(), [](const Place* a, const Place* b) {
    return a->place_id() < b->place_id();
  });
  return places;
}

// Calls `visit` with every category whose unit at the place would be another
// one, the unit there and the one proposed.
template <typename Visit>
void ForEachMoveAt(const Place& place, const City& before, const City& after,
                   const Visit& visit) {
  const geo::Point point{place.latitude_e7() / 1e7, place.longitude_e7() / 1e7};
  const city::Location as_is = before.Locate(point);
  const city::Location as_proposed = after.Locate(point);
  for (const city::Category* category : before.categories()) {
    const auto* proposed = after.FindCategory(category->category_code());
    if (proposed == nullptr) continue;
    const auto from =
        city::FindResponsible(before, {*category, as_is.chain, &point});
    const auto to =
        city::FindResponsible(after, {*proposed, as_proposed.chain, &point});
    if (from.lead.unit->unit_id() == to.lead.unit->unit_id()) continue;
    visit(*category, from.lead.unit->unit_id(), to.lead.unit->unit_id());
  }
}

void ListMovesAt(const Place& place, const City& before, const City& after,
                 v1::PreviewChangeResponse* impact) {
  ForEachMoveAt(place, before, after,
                [&](const city::Category& category, const std::string& from,
                    const std::string& to) {
                  if (impact->place_moves_size() >= kMaxPlaceMoves) return;
                  v1::PlaceMove& move = *impact->add_place_moves();
                  move.set_place_id(place.place_id());
                  move.set_place_name(place.name());
                  move.set_category_code(category.category_code());
                  move.set_category_name(category.name());
                  move.set_unit_id_before(from);
                  move.set_unit_id_after(to);
                });
}

// Counts on all cores, then looks again at the few places that are listed: a
// rule for a whole city moves more than can be kept.
void AddPlaceMoves(const City& before, const City& after,
                   v1::PreviewChangeResponse* impact) {
  const auto places = PlacesOfBoth(before, after);
  std::vector<int64_t> counts(places.size());
  ForEachRange(places.size(), kPlacesOfARange, [&](size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      ForEachMoveAt(*places[i], before, after,
                    [&](const auto&...) { ++counts[i]; });
    }
  });
  for (size_t i = 0; i < places.size(); ++i) {
    impact->set_place_move_count(impact->place_move_count() + counts[i]);
    if (counts[i] > 0 && impact->place_moves_size() < kMaxPlaceMoves) {
      ListMovesAt(*places[i], before, after, impact);
    }
  }
}

void CompareCertificates(const City& before, const City& after, absl::Time now,
                         v1::PreviewChangeResponse* impact) {
  const auto as_is = city::Certify(before, now);
  const auto as_proposed = city::Certify(after, now);
  impact->set_fallback_cell_count_before(as_is.total().fallback_cell_count());
  impact->set_fallback_cell_count_after(
      as_proposed.total().fallback_cell_count());
  auto faults = city::NewFaults(as_is, as_proposed);
  impact->set_new_fault_count(static_cast<int64_t>(faults.size()));
  for (auto& fault : faults) {
    if (impact->new_faults_size() >= kMaxNewFaults) break;
    fault.clear_polygons();
    *impact->add_new_faults() = std::move(fault);
  }
}

}  // namespace

v1::PreviewChangeResponse ImpactOf(const City& before, const City& after,
                                   absl::Time now) {
  v1::PreviewChangeResponse impact;
  impact.set_city_version(before.version().version());
  AddPlaceMoves(before, after, &impact);
  CompareCertificates(before, after, now, &impact);
  return impact;
}

}  // namespace wangge::routing
