#include "city/city.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "city/keys.h"
#include "city/shift.h"

namespace wangge::city {

const Grid* City::FindGrid(absl::string_view id) const {
  const CityRow* row = rows_.Find(absl::StrCat("grid/", id));
  return row == nullptr ? nullptr : &row->grid();
}
const Unit* City::FindUnit(absl::string_view id) const {
  const CityRow* row = rows_.Find(absl::StrCat("unit/", id));
  return row == nullptr ? nullptr : &row->unit();
}
const Officer* City::FindOfficer(absl::string_view id) const {
  const CityRow* row = rows_.Find(absl::StrCat("officer/", id));
  return row == nullptr ? nullptr : &row->officer();
}
const Category* City::FindCategory(absl::string_view code) const {
  const auto& by_code = groups_.categories_by_code;
  if (by_code == nullptr) return nullptr;
  const auto found = by_code->find(code);
  return found == by_code->end() ? nullptr : found->second;
}
const Place* City::FindPlace(absl::string_view id) const {
  const CityRow* row = rows_.Find(absl::StrCat("place/", id));
  return row == nullptr ? nullptr : &row->place();
}

Location City::Locate(const geo::Point& point) const {
  const auto placed = [&](int number) -> const Placed& {
    return placed_[static_cast<size_t>(number & kPositionMask)];
  };
  std::array<int, common::v1::GridLayer_ARRAYSIZE> deepest = {};
  for (const int number : polygon_index_.Find(point)) {
    int& best = deepest[static_cast<size_t>(number >> kLayerShift)];
    const int deeper = (number >> kLevelShift) - (best >> kLevelShift);
    // Where two grids of one level overlap, the one with the last id, so that
    // the answer never depends on how the city came about.
    if (deeper > 0 || (deeper == 0 && placed(number).grid()->grid_id() >
                                          placed(best).grid()->grid_id())) {
      best = number;
    }
  }
  Location location;
  for (size_t layer = 0; layer < deepest.size(); ++layer) {
    if (deepest[layer] == 0) continue;
    const Placed& found = placed(deepest[layer]);
    if (layer == common::v1::GRID_LAYER_GOVERNANCE) {
      location.chain = ChainOf(found);
    } else {
      location.overlays.push_back(found.grid());
    }
  }
  return location;
}

Chain City::ChainOf(const Grid& grid) const {
  const int position = *positions_.Find(grid.grid_id());
  return ChainOf(placed_[static_cast<size_t>(position)]);
}

std::vector<std::pair<const Grid*, double>> City::GridsNear(
    common::v1::GridLayer layer, common::v1::GridLevel level,
    const geo::Point& point, double meters) const {
  std::vector<std::pair<const Grid*, double>> near;
  for (const int number : polygon_index_.NearBoxes(point, meters)) {
    const Grid* grid =
        placed_[static_cast<size_t>(number & kPositionMask)].grid();
    if (grid->layer() != layer || grid->level() != level) continue;
    const double distance = geo::EdgeDistanceMeters(grid->polygons(), point);
    if (distance <= meters) near.emplace_back(grid, distance);
  }
  std::sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second < b.second
                                : a.first->grid_id() < b.first->grid_id();
  });
  return near;
}

std::vector<NamedPlace> City::FindPlaces(const text::NormalText& text) const {
  std::vector<NamedPlace> found;
  for (const text::Match& match : names_->dictionary.Find(text)) {
    for (const int entry : match.entries) {
      const auto index = static_cast<size_t>(entry);
      NamedPlace named;
      named.words = names_->words[index];
      named.begin = match.begin;
      named.end = match.end;
      const int position = names_->positions[index];
      if (position >= 0) {
        named.chain = ChainOf(placed_[static_cast<size_t>(position)]);
        named.grid = named.chain.back();
      } else {
        named.place = &rows_.Find(names_->keys[index])->place();
        named.chain = Locate({named.place->latitude_e7() / 1e7,
                              named.place->longitude_e7() / 1e7})
                          .chain;
      }
      found.push_back(std::move(named));
    }
  }
  return found;
}

std::vector<NamedCategory> City::FindKeywords(
    const text::NormalText& text) const {
  const auto matches = keywords_->dictionary.Find(text);
  std::vector<NamedCategory> found;
  found.reserve(matches.size());
  for (const text::Match& match : matches) {
    for (const int entry : match.entries) {
      const auto index = static_cast<size_t>(entry);
      found.push_back({&keywords_->words[index],
                       FindCategory(absl::StripPrefix(keywords_->keys[index],
                                                      "category/"))});
    }
  }
  return found;
}

std::vector<const Asset*> City::AssetsNear(const std::string& category_code,
                                           const geo::Point& point,
                                           double radius_meters) const {
  const auto [high, wide] = geo::ReachE7(point, radius_meters);
  const double y = point.latitude_deg * 1e7;
  const double x = point.longitude_deg * 1e7;
  std::vector<std::pair<double, const Asset*>> near;
  ForEachCell(
      GroundCell::At(y - high, x - wide), GroundCell::At(y + high, x + wide),
      [&](const GroundCell& cell) {
        for (const Asset* asset :
             groups_.assets_by_cell.At(cell.Key(category_code))) {
          const double distance = geo::DistanceMeters(
              point, {asset->latitude_e7() / 1e7, asset->longitude_e7() / 1e7});
          if (distance <= radius_meters) near.emplace_back(distance, asset);
        }
      });
  std::sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first
                              : a.second->asset_id() < b.second->asset_id();
  });
  std::vector<const Asset*> assets;
  for (const auto& [distance, asset] : near) assets.push_back(asset);
  return assets;
}

std::vector<const ResponsibilityRule*> City::RulesFor(const Category& category,
                                                      Scopes scopes) const {
  std::vector<const ResponsibilityRule*> rules;
  for (const Category* c = &category; c != nullptr;
       c = FindCategory(c->parent_category_code())) {
    const auto of_category = groups_.rules_by_category.At(c->category_code());
    const auto add = [&](const std::string& grid_id) {
      for (const ResponsibilityRule* rule : of_category) {
        if (rule->grid_id() == grid_id) rules.push_back(rule);
      }
    };
    if (of_category.empty()) continue;
    for (auto grid = scopes.rbegin(); grid != scopes.rend(); ++grid) {
      add((*grid)->grid_id());
    }
    add("");
  }
  return rules;
}

std::vector<const Unit*> City::UnitsFor(absl::string_view function,
                                        common::v1::UnitLevel level,
                                        Scopes scopes) const {
  std::vector<const Unit*> units;
  std::string key = DutyKey(function, "");
  const size_t prefix = key.size();
  for (auto grid = scopes.rbegin(); grid != scopes.rend(); ++grid) {
    key.replace(prefix, std::string::npos, (*grid)->grid_id());
    for (const Unit* unit : groups_.units_by_duty.At(key)) {
      if (level == 0 || unit->level() == level) units.push_back(unit);
    }
    if (!units.empty()) break;
  }
  return units;
}

const Unit& City::OperationCentreAt(Scopes scopes) const {
  const auto centres =
      UnitsFor("operation_centre", common::v1::UNIT_LEVEL_UNSPECIFIED, scopes);
  return centres.empty() ? *root_unit_ : *centres.front();
}

const Unit& City::LowestCommonCentre(
    const std::vector<std::string>& unit_ids) const {
  if (unit_ids.empty()) return *root_unit_;
  for (const Unit* u = FindUnit(unit_ids.front()); u != nullptr;
       u = FindUnit(u->parent_unit_id())) {
    const bool common = std::all_of(
        unit_ids.begin(), unit_ids.end(),
        [&](const std::string& id) { return IsSameOrAbove(u->unit_id(), id); });
    if (common && u->kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE) {
      return *u;
    }
  }
  return *root_unit_;
}

bool City::IsSameOrAbove(const std::string& superior_id,
                         const std::string& unit_id) const {
  for (const Unit* u = FindUnit(unit_id); u != nullptr;
       u = FindUnit(u->parent_unit_id())) {
    if (u->unit_id() == superior_id) return true;
  }
  return false;
}

CrossFlags City::CrossFlagsOf(const std::vector<std::string>& unit_ids) const {
  if (unit_ids.size() < 2) return {};  // Most have one, which crosses nothing.
  std::set<std::string> districts;
  std::set<int> levels;
  std::set<std::string> functions;
  for (const std::string& id : unit_ids) {
    const Unit* unit = FindUnit(id);
    if (unit == nullptr) continue;
    const std::string district = DistrictOf(*unit);
    if (!district.empty()) districts.insert(district);
    levels.insert(unit->level());
    functions.insert(unit->function());
  }
  return {districts.size() > 1, levels.size() > 1, functions.size() > 1};
}

std::string City::DistrictOf(const Unit& unit) const {
  if (unit.jurisdiction_grid_ids().empty()) return "";
  const Grid* grid = FindGrid(unit.jurisdiction_grid_ids(0));
  for (; grid != nullptr; grid = FindGrid(grid->parent_grid_id())) {
    if (grid->level() == common::v1::GRID_LEVEL_DISTRICT) {
      return grid->grid_id();
    }
  }
  return "";
}

Duty City::OfficerOnDuty(absl::string_view unit_id, absl::Time time) const {
  const DutyShift* best = nullptr;
  for (const DutyShift* shift : ShiftsOf(unit_id)) {
    // The roles' numbers are their rank; rows come in order of their id.
    if (IsOnShift(*shift, time) &&
        (best == nullptr || shift->role() < best->role())) {
      best = shift;
    }
  }
  if (best != nullptr) {
    return {FindOfficer(best->officer_id()),
            best->role() == registry::v1::DUTY_ROLE_SUBSTITUTE};
  }
  const auto officers = OfficersOf(unit_id);
  if (officers.empty()) return {};
  return {officers.front(), true};
}

std::vector<const Officer*> City::OfficersIn(const std::string& grid_id) const {
  std::vector<const Officer*> officers;
  std::vector<std::string> pending = {grid_id};
  while (!pending.empty()) {
    const std::string id = std::move(pending.back());
    pending.pop_back();
    const auto here = groups_.officers_by_grid.At(id);
    officers.insert(officers.end(), here.begin(), here.end());
    for (const Grid* child : ChildrenOf(id)) {
      pending.push_back(child->grid_id());
    }
  }
  std::sort(officers.begin(), officers.end(),
            [](const Officer* a, const Officer* b) {
              return a->officer_id() < b->officer_id();
            });
  return officers;
}

std::string ContentHash(const RowMap& rows) {
  return RowSet(rows).ContentHash();
}

}  // namespace wangge::city
