#include "city/city.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/text.h"
#include "city/shift.h"
#include "errors/errors.h"

namespace wangge::city {
namespace {

using registry::v1::CalendarDay;

constexpr size_t kNamedFaults = 10;

// Calls `visit` with every body of one kind.
template <typename Body, typename Visit>
void ForEach(const RowMap& rows, const std::string& kind, const Visit& visit) {
  const std::string prefix = kind + "/";
  for (auto it = rows.lower_bound(prefix);
       it != rows.end() && absl::StartsWith(it->first, prefix); ++it) {
    visit(it->first, dynamic_cast<const Body&>(BodyOf(*it->second)));
  }
}

// A grid's number in the polygon index: layer, level, position. The greatest
// one of a layer is the deepest grid, told without a look at the grids; of
// equal levels the one with the last id, so that the answer never depends on
// an order.
constexpr int kLayerShift = 28;
constexpr int kLevelShift = 24;
constexpr int kPositionMask = (1 << kLevelShift) - 1;

int NumberOf(const Grid& grid, size_t position) {
  return static_cast<int>(grid.layer()) << kLayerShift |
         static_cast<int>(grid.level()) << kLevelShift |
         static_cast<int>(position);
}

// The first id that its parents lead back to, empty when there is no cycle.
template <typename Map, typename Parent>
bool HasCycle(const Map& map, const std::string& start, const Parent& parent) {
  std::string id = start;
  for (size_t steps = 0; !id.empty(); ++steps) {
    if (steps > 64) return true;
    const auto found = map.find(id);
    if (found == map.end()) return false;
    id = parent(*found->second);
  }
  return false;
}

std::string DutyKey(const std::string& function, const std::string& grid_id) {
  return absl::StrCat(function, "@", grid_id);
}

template <typename Map>
auto FindOrNull(const Map& map, const std::string& key) ->
    typename Map::mapped_type {
  const auto found = map.find(key);
  return found == map.end() ? nullptr : found->second;
}

absl::Status Summarize(const std::vector<Fault>& faults) {
  std::string text;
  for (size_t i = 0; i < std::min(faults.size(), kNamedFaults); ++i) {
    absl::StrAppend(&text, "\n  ", faults[i].row_key, ": ", faults[i].problem);
  }
  return errors::Make(
      absl::StatusCode::kFailedPrecondition,
      common::v1::ERROR_REASON_CITY_INVALID,
      absl::StrCat("the city has ", faults.size(), " faults, the first:", text),
      {{"faults", absl::StrCat(faults.size())}});
}

}  // namespace

absl::StatusOr<std::shared_ptr<const City>> City::Build(
    const CityVersion& version, RowMap rows, std::vector<Fault>* faults) {
  std::vector<Fault> own;
  if (faults == nullptr) faults = &own;
  auto city = std::shared_ptr<City>(new City);
  city->version_ = version;
  city->rows_ = std::move(rows);
  city->Index(faults);
  if (!faults->empty()) return Summarize(*faults);
  return std::shared_ptr<const City>(std::move(city));
}

void City::Index(std::vector<Fault>* faults) {
  IndexGrids(faults);
  IndexUnits(faults);
  IndexPeople(faults);
  IndexCategories(faults);
  // Chains of broken trees could be endless, so places come last.
  if (faults->empty()) IndexPlaces(faults);
}

void City::IndexGrids(std::vector<Fault>* faults) {
  ForEach<Grid>(rows_, "grid", [&](const std::string&, const Grid& grid) {
    grids_[grid.grid_id()] = &grid;
    grid_children_[grid.parent_grid_id()].push_back(&grid);
  });
  std::map<std::string, std::string> codes;
  ForEach<Grid>(rows_, "grid", [&](const std::string& key, const Grid& grid) {
    const auto fault = [&](const std::string& problem) {
      faults->push_back({key, problem});
    };
    const bool governance = grid.layer() == common::v1::GRID_LAYER_GOVERNANCE;
    if (grid.layer() == 0) fault("has no layer");
    if (grid.level() == 0) fault("has no level");
    const std::string code =
        absl::StrCat(static_cast<int>(grid.layer()), "/", grid.grid_code());
    if (!codes.emplace(code, key).second) {
      fault(absl::StrCat("shares the code ", grid.grid_code(), " with ",
                         codes[code]));
    }
    const Grid* parent = FindGrid(grid.parent_grid_id());
    if (grid.parent_grid_id().empty()) {
      if (governance && root_grid_ != nullptr) {
        fault(absl::StrCat("has no parent, as has ", root_grid_->grid_id()));
      }
      if (governance) root_grid_ = &grid;
    } else if (parent == nullptr) {
      fault(absl::StrCat("its parent ", grid.parent_grid_id(),
                         " does not exist"));
    } else if (governance && parent->level() >= grid.level()) {
      fault(absl::StrCat("its parent ", parent->grid_id(),
                         " is not of a higher level"));
    }
    if (HasCycle(grids_, grid.grid_id(),
                 [](const Grid& g) { return g.parent_grid_id(); })) {
      fault("is its own superior");
    }
    const absl::Status polygons = geo::ValidatePolygons(grid.polygons());
    if (!polygons.ok()) {
      fault(absl::StrCat("its boundary ", polygons.message()));
      return;
    }
    grid_numbers_[&grid] = static_cast<uint32_t>(indexed_grids_.size());
    indexed_grids_.push_back({&grid});
  });
  if (root_grid_ == nullptr) {
    faults->push_back({"grid/", "there is no governance grid without parent"});
  }
  // Chains of broken trees could be endless.
  if (faults->empty()) IndexBoundaries();
}

void City::IndexBoundaries() {
  std::vector<geo::PolygonIndex::Entry> entries;
  for (IndexedGrid& indexed : indexed_grids_) {
    entries.push_back(
        {NumberOf(*indexed.grid, entries.size()), &indexed.grid->polygons()});
    indexed.chain_begin = static_cast<uint32_t>(chains_.size());
    for (const Grid* g = indexed.grid; g != nullptr;
         g = FindGrid(g->parent_grid_id())) {
      chains_.push_back(g);
    }
    std::reverse(chains_.begin() + indexed.chain_begin, chains_.end());
    indexed.chain_size =
        static_cast<uint32_t>(chains_.size()) - indexed.chain_begin;
  }
  polygon_index_ = geo::PolygonIndex(entries);
}

void City::IndexUnits(std::vector<Fault>* faults) {
  ForEach<Unit>(rows_, "unit", [&](const std::string&, const Unit& unit) {
    units_[unit.unit_id()] = &unit;
  });
  ForEach<Unit>(rows_, "unit", [&](const std::string& key, const Unit& unit) {
    const auto fault = [&](const std::string& problem) {
      faults->push_back({key, problem});
    };
    if (unit.kind() == 0) fault("has no kind");
    if (unit.parent_unit_id().empty()) {
      if (root_unit_ != nullptr) {
        fault(absl::StrCat("has no superior, as has ", root_unit_->unit_id()));
      }
      if (unit.kind() != registry::v1::UNIT_KIND_OPERATION_CENTRE) {
        fault("has no superior but is not an operation centre");
      }
      root_unit_ = &unit;
    } else if (FindUnit(unit.parent_unit_id()) == nullptr) {
      fault(absl::StrCat("its superior ", unit.parent_unit_id(),
                         " does not exist"));
    }
    if (HasCycle(units_, unit.unit_id(),
                 [](const Unit& u) { return u.parent_unit_id(); })) {
      fault("is its own superior");
    }
    for (const std::string& grid_id : unit.jurisdiction_grid_ids()) {
      if (FindGrid(grid_id) == nullptr) {
        fault(absl::StrCat("its jurisdiction ", grid_id, " does not exist"));
      }
      units_by_duty_[DutyKey(unit.function(), grid_id)].push_back(&unit);
    }
  });
  if (root_unit_ == nullptr) {
    faults->push_back({"unit/", "there is no unit without superior"});
  }
}

void City::IndexPeople(std::vector<Fault>* faults) {
  ForEach<Officer>(
      rows_, "officer", [&](const std::string& key, const Officer& officer) {
        officers_[officer.officer_id()] = &officer;
        officers_by_unit_[officer.unit_id()].push_back(&officer);
        if (FindUnit(officer.unit_id()) == nullptr) {
          faults->push_back({key, absl::StrCat("its unit ", officer.unit_id(),
                                               " does not exist")});
        }
        if (officer.grid_id().empty()) return;
        officers_by_grid_[officer.grid_id()].push_back(&officer);
        if (FindGrid(officer.grid_id()) == nullptr) {
          faults->push_back({key, absl::StrCat("its grid ", officer.grid_id(),
                                               " does not exist")});
        }
      });
  ForEach<DutyShift>(
      rows_, "duty_shift", [&](const std::string& key, const DutyShift& shift) {
        shifts_by_unit_[shift.unit_id()].push_back(&shift);
        const auto require = [&](bool ok, const std::string& problem) {
          if (!ok) faults->push_back({key, problem});
        };
        require(FindUnit(shift.unit_id()) != nullptr,
                absl::StrCat("its unit ", shift.unit_id(), " does not exist"));
        require(FindOfficer(shift.officer_id()) != nullptr,
                absl::StrCat("its officer ", shift.officer_id(),
                             " does not exist"));
        require(shift.role() != 0, "has no role");
        require(shift.start_minute() >= 0 && shift.start_minute() < 1440 &&
                    shift.end_minute() > 0 && shift.end_minute() <= 1440,
                "its minutes lie outside the day");
        absl::CivilDay day;
        for (const std::string& date :
             {shift.first_date(), shift.last_date()}) {
          require(date.empty() || ParseDay(date, &day),
                  absl::StrCat("`", date, "` is not a day, YYYY-MM-DD"));
        }
        for (const int weekday : shift.weekdays()) {
          require(weekday >= 1 && weekday <= 7,
                  absl::StrCat(weekday, " is not a weekday, 1 to 7"));
        }
      });
  ForEach<CalendarDay>(rows_, "calendar_day",
                       [&](const std::string& key, const CalendarDay& entry) {
                         absl::CivilDay day;
                         if (ParseDay(entry.date(), &day)) {
                           calendar_.SetDay(day, entry.working());
                         } else {
                           faults->push_back({key, "is not a day, YYYY-MM-DD"});
                         }
                       });
}

void City::IndexCategories(std::vector<Fault>* faults) {
  ForEach<Category>(rows_, "category",
                    [&](const std::string&, const Category& category) {
                      category_by_code_[category.category_code()] = &category;
                      categories_.push_back(&category);
                    });
  for (const Category* category : categories_) {
    const std::string key = "category/" + category->category_code();
    const std::string& parent = category->parent_category_code();
    if (!parent.empty() && FindCategory(parent) == nullptr) {
      faults->push_back(
          {key, absl::StrCat("its class ", parent, " does not exist")});
    }
    if (HasCycle(category_by_code_, category->category_code(),
                 [](const Category& c) { return c.parent_category_code(); })) {
      faults->push_back({key, "is its own class"});
    }
    if (category->kind() == 0) faults->push_back({key, "has no kind"});
    if (category->handle_limit_minutes() <= 0) {
      faults->push_back({key, "its handle_limit_minutes is not positive"});
    }
  }
  std::set<std::string> functions;
  for (const auto& [id, unit] : units_) functions.insert(unit->function());
  ForEach<ResponsibilityRule>(
      rows_, "rule",
      [&](const std::string& key, const ResponsibilityRule& rule) {
        rules_by_category_[rule.category_code()].push_back(&rule);
        const auto require = [&](bool ok, const std::string& problem) {
          if (!ok) faults->push_back({key, problem});
        };
        require(FindCategory(rule.category_code()) != nullptr,
                absl::StrCat("its category ", rule.category_code(),
                             " does not exist"));
        require(rule.grid_id().empty() || FindGrid(rule.grid_id()) != nullptr,
                absl::StrCat("its grid ", rule.grid_id(), " does not exist"));
        require(functions.contains(rule.function()),
                absl::StrCat("no unit has the function ", rule.function()));
        require(rule.role() != 0, "has no role");
      });
}

void City::IndexPlaces(std::vector<Fault>* faults) {
  std::vector<std::string> words;
  const auto add = [&](const std::string& word, NamedPlace named) {
    // A single character is no name.
    if (Utf8Length(word) < 2) return;
    named.words = word;
    words.push_back(word);
    named_.push_back(std::move(named));
  };
  ForEach<Place>(
      rows_, "place", [&](const std::string& key, const Place& place) {
        NamedPlace named;
        named.place = &place;
        named.chain =
            Locate({place.latitude_e7() / 1e7, place.longitude_e7() / 1e7})
                .chain;
        if (named.chain.empty()) {
          faults->push_back({key, "lies outside the city"});
          return;
        }
        add(place.name(), named);
        for (const std::string& alias : place.aliases()) add(alias, named);
      });
  for (const IndexedGrid& indexed : indexed_grids_) {
    const Grid* grid = indexed.grid;
    if (grid->layer() != common::v1::GRID_LAYER_GOVERNANCE ||
        grid->level() == common::v1::GRID_LEVEL_MICRO) {
      continue;
    }
    NamedPlace named;
    named.grid = grid;
    named.chain = ChainOf(*grid);
    add(grid->name(), named);
  }
  dictionary_ = std::make_unique<text::Dictionary>(words);
  ForEach<
      Asset>(rows_, "asset", [&](const std::string& key, const Asset& asset) {
    assets_.push_back(&asset);
    for (const std::string& id :
         {asset.owner_unit_id(), asset.maintainer_unit_id()}) {
      if (!id.empty() && FindUnit(id) == nullptr) {
        faults->push_back({key, absl::StrCat("unit ", id, " does not exist")});
      }
    }
  });
}

const Grid* City::FindGrid(const std::string& id) const {
  return FindOrNull(grids_, id);
}
const Unit* City::FindUnit(const std::string& id) const {
  return FindOrNull(units_, id);
}
const Officer* City::FindOfficer(const std::string& id) const {
  return FindOrNull(officers_, id);
}
const Category* City::FindCategory(const std::string& code) const {
  return FindOrNull(category_by_code_, code);
}

Location City::Locate(const geo::Point& point) const {
  std::array<int, common::v1::GridLayer_ARRAYSIZE> deepest = {};
  for (const int number : polygon_index_.Find(point)) {
    int& best = deepest[static_cast<size_t>(number >> kLayerShift)];
    best = std::max(best, number);
  }
  Location location;
  for (size_t layer = 0; layer < deepest.size(); ++layer) {
    if (deepest[layer] == 0) continue;
    const IndexedGrid& indexed =
        indexed_grids_[static_cast<size_t>(deepest[layer] & kPositionMask)];
    if (layer == common::v1::GRID_LAYER_GOVERNANCE) {
      location.chain = ChainOf(indexed);
    } else {
      location.overlays.push_back(indexed.grid);
    }
  }
  return location;
}

Chain City::ChainOf(const IndexedGrid& indexed) const {
  return Chain(chains_).subspan(indexed.chain_begin, indexed.chain_size);
}

Chain City::ChainOf(const Grid& grid) const {
  return ChainOf(indexed_grids_[grid_numbers_.at(&grid)]);
}

std::vector<NamedPlace> City::FindPlaces(const std::string& text) const {
  std::vector<NamedPlace> found;
  for (const text::Match& match : dictionary_->Find(text)) {
    for (const int entry : match.entries) {
      found.push_back(named_[static_cast<size_t>(entry)]);
    }
  }
  return found;
}

std::vector<const Asset*> City::AssetsNear(const std::string& category_code,
                                           const geo::Point& point,
                                           double radius_meters) const {
  std::vector<std::pair<double, const Asset*>> near;
  for (const Asset* asset : assets_) {
    if (asset->category_code() != category_code) continue;
    const double distance = geo::DistanceMeters(
        point, {asset->latitude_e7() / 1e7, asset->longitude_e7() / 1e7});
    if (distance <= radius_meters) near.emplace_back(distance, asset);
  }
  std::sort(near.begin(), near.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first
                              : a.second->asset_id() < b.second->asset_id();
  });
  std::vector<const Asset*> assets;
  for (const auto& [distance, asset] : near) assets.push_back(asset);
  return assets;
}

std::vector<const ResponsibilityRule*> City::RulesFor(const Category& category,
                                                      Chain chain) const {
  std::vector<const ResponsibilityRule*> rules;
  const auto add = [&](const Category& c, const std::string& grid_id) {
    const auto found = rules_by_category_.find(c.category_code());
    if (found == rules_by_category_.end()) return;
    for (const ResponsibilityRule* rule : found->second) {
      if (rule->grid_id() == grid_id) rules.push_back(rule);
    }
  };
  for (const Category* c = &category; c != nullptr;
       c = FindCategory(c->parent_category_code())) {
    for (auto grid = chain.rbegin(); grid != chain.rend(); ++grid) {
      add(*c, (*grid)->grid_id());
    }
    add(*c, "");
  }
  return rules;
}

std::vector<const Unit*> City::UnitsFor(const std::string& function,
                                        common::v1::UnitLevel level,
                                        Chain chain) const {
  for (auto grid = chain.rbegin(); grid != chain.rend(); ++grid) {
    const auto found =
        units_by_duty_.find(DutyKey(function, (*grid)->grid_id()));
    if (found == units_by_duty_.end()) continue;
    std::vector<const Unit*> units;
    for (const Unit* unit : found->second) {
      if (level == 0 || unit->level() == level) units.push_back(unit);
    }
    if (!units.empty()) return units;
  }
  return {};
}

const Unit& City::OperationCentreAt(Chain chain) const {
  const auto centres =
      UnitsFor("operation_centre", common::v1::UNIT_LEVEL_UNSPECIFIED, chain);
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

Duty City::OfficerOnDuty(const std::string& unit_id, absl::Time time) const {
  const DutyShift* best = nullptr;
  const auto shifts = shifts_by_unit_.find(unit_id);
  if (shifts != shifts_by_unit_.end()) {
    for (const DutyShift* shift : shifts->second) {
      // The roles' numbers are their rank; rows come in order of their id.
      if (IsOnShift(*shift, time) &&
          (best == nullptr || shift->role() < best->role())) {
        best = shift;
      }
    }
  }
  if (best != nullptr) {
    return {FindOfficer(best->officer_id()),
            best->role() == registry::v1::DUTY_ROLE_SUBSTITUTE};
  }
  const auto& officers = OfficersOf(unit_id);
  if (officers.empty()) return {};
  return {officers.front(), true};
}

const std::vector<const Officer*>& City::OfficersOf(
    const std::string& unit_id) const {
  static const auto* const none = new std::vector<const Officer*>;
  const auto found = officers_by_unit_.find(unit_id);
  return found == officers_by_unit_.end() ? *none : found->second;
}

std::vector<const Officer*> City::OfficersIn(const std::string& grid_id) const {
  std::vector<const Officer*> officers;
  std::vector<std::string> pending = {grid_id};
  while (!pending.empty()) {
    const std::string id = std::move(pending.back());
    pending.pop_back();
    const auto here = officers_by_grid_.find(id);
    if (here != officers_by_grid_.end()) {
      officers.insert(officers.end(), here->second.begin(), here->second.end());
    }
    const auto below = grid_children_.find(id);
    if (below == grid_children_.end()) continue;
    for (const Grid* child : below->second) pending.push_back(child->grid_id());
  }
  std::sort(officers.begin(), officers.end(),
            [](const Officer* a, const Officer* b) {
              return a->officer_id() < b->officer_id();
            });
  return officers;
}

std::string ContentHash(const RowMap& rows) {
  // Digests of rows rather than rows, so that the text stays small.
  std::string digests;
  for (const auto& [key, row] : rows) {
    digests += Sha256(absl::StrCat(key, "\n", row->SerializeAsString()));
  }
  return ToHex(Sha256(digests));
}

}  // namespace wangge::city
