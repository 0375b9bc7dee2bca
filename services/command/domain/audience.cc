#include "services/command/domain/audience.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"

namespace wangge::command {
namespace {

using city::City;
using city::Grid;
using city::Officer;

constexpr int kMaxNames = 100;

template <typename List, typename Value>
bool EmptyOrHolds(const List& list, const Value& value) {
  return list.empty() ||
         std::find(list.begin(), list.end(), value) != list.end();
}

bool HasPost(const Officer& officer, const v1::Audience& audience) {
  return audience.posts().empty() ||
         std::any_of(officer.posts().begin(), officer.posts().end(),
                     [&](const std::string& post) {
                       return EmptyOrHolds(audience.posts(), post);
                     });
}

bool HasFunction(const Officer& officer, const v1::Audience& audience,
                 const City& city) {
  if (audience.functions().empty()) return true;
  const auto* unit = city.FindUnit(officer.unit_id());
  return unit != nullptr &&
         EmptyOrHolds(audience.functions(), unit->function());
}

class AudienceResolver {
 public:
  AudienceResolver(const v1::Audience& audience, const City& city)
      : audience_(audience), city_(city) {}

  FrozenAudience Resolve() {
    for (const Officer* officer :
         city_.OfficersIn(audience_.subtree_grid_id())) {
      Consider(*officer, *city_.FindGrid(officer->grid_id()));
    }
    if (!audience_.functions().empty()) AddDesks(audience_.subtree_grid_id());
    FrozenAudience result;
    for (const auto& [id, place_no] : recipients_) {
      result.recipient_ids.push_back(id);
      result.place_nos.push_back(place_no);
    }
    result.places = std::move(places_);
    return result;
  }

 private:
  void Consider(const Officer& officer, const Grid& grid) {
    if (EmptyOrHolds(audience_.levels(), grid.level()) &&
        EmptyOrHolds(audience_.layers(), grid.layer()) &&
        HasPost(officer, audience_) && HasFunction(officer, audience_, city_)) {
      recipients_.emplace(officer.officer_id(), PlaceNo(grid));
    }
  }

  // Officers who sit at the desks of units that serve the grid or one below.
  void AddDesks(const std::string& grid_id) {
    for (const auto* unit : city_.UnitsAt(grid_id)) {
      for (const Officer* officer : city_.OfficersOf(unit->unit_id())) {
        if (officer->grid_id().empty()) {
          Consider(*officer, *city_.FindGrid(grid_id));
        }
      }
    }
    for (const Grid* child : city_.ChildrenOf(grid_id)) {
      AddDesks(child->grid_id());
    }
  }

  int PlaceNo(const Grid& grid) {
    const auto [entry, added] = place_nos_.emplace(
        PlaceOf(grid, city_), static_cast<int>(places_.size()));
    if (added) places_.push_back(entry->first);
    return entry->second;
  }

  const v1::Audience& audience_;
  const City& city_;
  std::map<std::string, int> recipients_;
  std::map<Place, int> place_nos_;
  std::vector<Place> places_;
};

void CheckNames(const google::protobuf::RepeatedPtrField<std::string>& names,
                const std::string& field, errors::Violations* v) {
  v->Require(names.size() <= kMaxNames, field,
             absl::StrCat("has ", names.size(), " names; at most ", kMaxNames));
  for (const std::string& name : names) v->RequireText(field, name, 1, 64);
}

template <typename List, typename IsValid>
void CheckValues(const List& values, const std::string& field,
                 const IsValid& is_valid, errors::Violations* v) {
  for (const int value : values) {
    v->Require(value != 0 && is_valid(value), field,
               absl::StrCat("has the unknown value ", value));
  }
}

}  // namespace

Place PlaceOf(const Grid& grid, const City& city) {
  Place place;
  for (const Grid* above : city.ChainOf(grid)) {
    if (above->layer() != common::v1::GRID_LAYER_GOVERNANCE) continue;
    switch (above->level()) {
      case common::v1::GRID_LEVEL_DISTRICT:
        place.district_id = above->grid_id();
        break;
      case common::v1::GRID_LEVEL_STREET:
        place.street_id = above->grid_id();
        break;
      case common::v1::GRID_LEVEL_COMMUNITY:
        place.community_id = above->grid_id();
        break;
      default:
        break;
    }
  }
  return place;
}

void CheckAudience(const v1::Audience& audience, errors::Violations* v) {
  v->RequireText("audience.subtree_grid_id", audience.subtree_grid_id(), 1, 64);
  CheckNames(audience.posts(), "audience.posts", v);
  CheckNames(audience.functions(), "audience.functions", v);
  CheckValues(audience.levels(), "audience.levels",
              common::v1::GridLevel_IsValid, v);
  CheckValues(audience.layers(), "audience.layers",
              common::v1::GridLayer_IsValid, v);
}

FrozenAudience ResolveAudience(const v1::Audience& audience, const City& city) {
  return AudienceResolver(audience, city).Resolve();
}

std::vector<MicroGridTarget> MicroGridsIn(const std::string& subtree_grid_id,
                                          const City& city) {
  std::vector<MicroGridTarget> targets;
  std::vector<const Grid*> open = {city.FindGrid(subtree_grid_id)};
  while (!open.empty()) {
    const Grid& grid = *open.back();
    open.pop_back();
    if (grid.level() == common::v1::GRID_LEVEL_MICRO) {
      targets.push_back(
          {grid.grid_id(), PlaceOf(grid, city), grid.household_count()});
    }
    for (const Grid* child : city.ChildrenOf(grid.grid_id())) {
      if (child->layer() == common::v1::GRID_LAYER_GOVERNANCE) {
        open.push_back(child);
      }
    }
  }
  std::sort(targets.begin(), targets.end(),
            [](const auto& a, const auto& b) { return a.grid_id < b.grid_id; });
  return targets;
}

v1::AudiencePreview PreviewOf(const v1::Audience& audience, const City& city) {
  const Grid& top = *city.FindGrid(audience.subtree_grid_id());
  v1::AudiencePreview preview;
  preview.set_city_version(city.version().version());
  preview.set_needs_second_person(NeedsSecondPerson(audience, city));
  for (const MicroGridTarget& target : MicroGridsIn(top.grid_id(), city)) {
    preview.set_micro_grid_count(preview.micro_grid_count() + 1);
    preview.set_household_count(preview.household_count() +
                                target.household_count);
  }
  const FrozenAudience frozen = ResolveAudience(audience, city);
  preview.set_recipient_count(
      static_cast<int64_t>(frozen.recipient_ids.size()));
  std::map<std::string, int64_t> counts;
  for (const int place_no : frozen.place_nos) {
    const Place& place = frozen.places[static_cast<size_t>(place_no)];
    switch (top.level()) {
      case common::v1::GRID_LEVEL_CITY:
        ++counts[place.district_id];
        break;
      case common::v1::GRID_LEVEL_DISTRICT:
        ++counts[place.street_id];
        break;
      default:
        ++counts[place.community_id];
        break;
    }
  }
  for (const auto& [grid_id, count] : counts) {
    auto& grid = *preview.add_grids();
    grid.set_grid_id(grid_id);
    grid.set_recipient_count(count);
    if (const auto* found = city.FindGrid(grid_id))
      grid.set_name(found->name());
  }
  return preview;
}

absl::Status CheckAuthor(const v1::Audience& audience,
                         const std::string& officer_id, const City& city) {
  const auto* officer = city.FindOfficer(officer_id);
  const auto* unit =
      officer == nullptr ? nullptr : city.FindUnit(officer->unit_id());
  const auto* grid = city.FindGrid(audience.subtree_grid_id());
  if (grid == nullptr) {
    return errors::NotFound("grid", audience.subtree_grid_id());
  }
  if (unit != nullptr &&
      unit->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE) {
    for (const auto* above : city.ChainOf(*grid)) {
      const auto& own = unit->jurisdiction_grid_ids();
      if (std::find(own.begin(), own.end(), above->grid_id()) != own.end()) {
        return absl::OkStatus();
      }
    }
  }
  return errors::NotYours("grid", audience.subtree_grid_id(),
                          "officer/" + officer_id);
}

bool NeedsSecondPerson(const v1::Audience& audience, const City& city) {
  const auto* grid = city.FindGrid(audience.subtree_grid_id());
  return grid == nullptr || grid->level() <= common::v1::GRID_LEVEL_DISTRICT;
}

}  // namespace wangge::command
