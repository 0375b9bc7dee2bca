// Makes a city from another one: changes its rows, then what is derived from
// them, each at the cost of what changed.
#include <algorithm>
#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/text.h"
#include "city/city.h"
#include "city/city_check.h"
#include "city/keys.h"
#include "city/references.h"
#include "errors/errors.h"

namespace wangge::city {
namespace {

constexpr size_t kNamedFaults = 10;

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

// Micro-grids have numbers, not names; roads are found by Roads.
bool IsNamed(const CityRow& row) {
  return (row.has_place() && row.place().kind() != "road") ||
         (row.has_grid() &&
          row.grid().layer() == common::v1::GRID_LAYER_GOVERNANCE &&
          row.grid().level() != common::v1::GRID_LEVEL_MICRO);
}

// What people call a place or grid. Of a committee's grid without the
// committee: 碧沙岗社区居委会 is 碧沙岗社区.
std::vector<std::string> NamesOf(const CityRow* row) {
  std::vector<std::string> words;
  if (row == nullptr || !IsNamed(*row)) return words;
  if (row->has_grid()) {
    words.push_back(row->grid().name());
    for (const char* committee :
         {"居委会", "村委会", "居民委员会", "村民委员会"}) {
      const absl::string_view shorter =
          absl::StripSuffix(row->grid().name(), committee);
      if (shorter.size() < row->grid().name().size()) {
        words.emplace_back(shorter);
      }
    }
    return words;
  }
  words.push_back(row->place().name());
  words.insert(words.end(), row->place().aliases().begin(),
               row->place().aliases().end());
  return words;
}

std::vector<std::string> KeywordsOf(const CityRow* row) {
  if (row == nullptr || !row->has_category()) return {};
  return {row->category().keywords().begin(), row->category().keywords().end()};
}

}  // namespace

class CityMaker {
 public:
  CityMaker(const City& before, City* city) : before_(before), city_(*city) {}

  void ReplaceRows(const Changes& changes);
  void Derive(const Changes& changes);

 private:
  enum class Edit { kAdd, kRemove };
  // Adds a row to the groups that it is looked up by, or removes it.
  void EditGroups(const CityRow& row, Edit edit);
  // Gives grids their positions; returns the changes of the polygon index.
  std::vector<geo::PolygonIndex::Entry> PlaceGrids(const Changes& changes);
  void UpdateChains(const Changes& changes);
  void UpdateChain(const Grid& grid);
  void UpdateChainsBelow(const Grid& grid);
  // Rebuilds the names when the words of a changed row differ.
  using WordsOf = std::vector<std::string> (*)(const CityRow* row);
  void UpdateNames(const Changes& changes, WordsOf words_of,
                   std::shared_ptr<const City::Names>* names) const;
  void UpdateRoads(const Changes& changes);
  void UpdateCalendar(const Changes& changes);
  // True when no row that `concerns` holds for changes.
  template <typename Concerns>
  bool IsSame(const Changes& changes, const Concerns& concerns) const;

  const City& before_;
  City& city_;
};

void CityMaker::ReplaceRows(const Changes& changes) {
  for (const std::string& key : changes.removals) {
    const CityRow* old = before_.rows_.Find(key);
    if (old != nullptr) EditGroups(*old, Edit::kRemove);
  }
  for (const auto& [key, row] : changes.upserts) {
    const CityRow* old = before_.rows_.Find(key);
    if (old != nullptr) EditGroups(*old, Edit::kRemove);
    EditGroups(*row, Edit::kAdd);
  }
  city_.rows_.Apply(changes);
}

void CityMaker::EditGroups(const CityRow& row, Edit edit) {
  const bool add = edit == Edit::kAdd;
  City::Groups& groups = city_.groups_;
  const auto apply = [&](auto& group, absl::string_view key, const auto& body) {
    add ? group.Add(key, body) : group.Remove(key, body);
  };
  switch (row.row_case()) {
    case CityRow::kGrid: {
      const Grid& grid = row.grid();
      apply(groups.grids_by_parent, grid.parent_grid_id(), grid);
      apply(groups.grids_by_code,
            absl::StrCat(static_cast<int>(grid.layer()), "/", grid.grid_code()),
            grid);
      break;
    }
    case CityRow::kUnit: {
      const Unit& unit = row.unit();
      apply(groups.units_by_superior, unit.parent_unit_id(), unit);
      apply(groups.units_by_function, unit.function(), unit);
      for (const std::string& grid_id : unit.jurisdiction_grid_ids()) {
        apply(groups.units_by_grid, grid_id, unit);
        apply(groups.units_by_duty, DutyKey(unit.function(), grid_id), unit);
      }
      break;
    }
    case CityRow::kOfficer:
      apply(groups.officers_by_unit, row.officer().unit_id(), row.officer());
      if (!row.officer().grid_id().empty()) {
        apply(groups.officers_by_grid, row.officer().grid_id(), row.officer());
      }
      break;
    case CityRow::kDutyShift:
      apply(groups.shifts_by_unit, row.duty_shift().unit_id(),
            row.duty_shift());
      break;
    case CityRow::kCategory: {
      const Category& category = row.category();
      apply(groups.categories, "", category);
      auto& by_code = Unshare(&groups.categories_by_code);
      if (add) {
        by_code.emplace(category.category_code(), &category);
      } else {
        by_code.erase(category.category_code());
      }
      break;
    }
    case CityRow::kRule:
      apply(groups.rules_by_category, row.rule().category_code(), row.rule());
      break;
    case CityRow::kAsset:
      apply(groups.assets_by_cell,
            GroundCell::Of(row.asset()).Key(row.asset().category_code()),
            row.asset());
      break;
    case CityRow::kPlace:
      apply(groups.places_by_cell, GroundCell::Of(row.place()).Key(""),
            row.place());
      break;
    case CityRow::kCalendarDay:
    case CityRow::ROW_NOT_SET:
      break;
  }
  ForEachReference(row, [&](const std::string& key, const char*) {
    int& count = groups.references.Edit(key);
    count += add ? 1 : -1;
    if (count == 0) groups.references.Erase(key);
  });
}

void CityMaker::Derive(const Changes& changes) {
  city_.root_unit_ = city_.groups_.units_by_superior.At("").front();
  for (const Grid* grid : city_.groups_.grids_by_parent.At("")) {
    if (grid->layer() == common::v1::GRID_LAYER_GOVERNANCE) {
      city_.root_grid_ = grid;
    }
  }
  const auto entries = PlaceGrids(changes);
  // The index is half of the work and independent of the rest.
  auto index = std::async(
      entries.empty() ? std::launch::deferred : std::launch::async, [&] {
        return entries.empty() ? city_.polygon_index_
                               : city_.polygon_index_.With(entries);
      });
  UpdateChains(changes);
  UpdateNames(changes, NamesOf, &city_.names_);
  UpdateNames(changes, KeywordsOf, &city_.keywords_);
  UpdateRoads(changes);
  UpdateCalendar(changes);
  city_.polygon_index_ = index.get();
}

std::vector<geo::PolygonIndex::Entry> CityMaker::PlaceGrids(
    const Changes& changes) {
  std::vector<geo::PolygonIndex::Entry> entries;
  const auto remove_grid = [&](const CityRow* old, int position) {
    entries.push_back({NumberOf(old->grid(), position), nullptr});
  };
  for (const std::string& key : changes.removals) {
    const CityRow* old = before_.rows_.Find(key);
    if (old == nullptr || !old->has_grid()) continue;
    const int position = *city_.positions_.Find(old->grid().grid_id());
    remove_grid(old, position);
    city_.placed_.Edit(static_cast<size_t>(position)) = {};
    city_.positions_.Erase(old->grid().grid_id());
  }
  for (const auto& [key, row] : changes.upserts) {
    if (!row->has_grid()) continue;
    const Grid& grid = row->grid();
    int& position = city_.positions_.Edit(grid.grid_id());
    const CityRow* old = before_.rows_.Find(key);
    if (old == nullptr) {
      position = static_cast<int>(city_.placed_.size());
      city_.placed_.Grow();
    } else if (NumberOf(old->grid(), position) != NumberOf(grid, position)) {
      remove_grid(old, position);
    }
    entries.push_back({NumberOf(grid, position), &grid.polygons()});
  }
  return entries;
}

void CityMaker::UpdateChains(const Changes& changes) {
  for (const auto& [key, row] : changes.upserts) {
    if (!row->has_grid()) continue;
    UpdateChain(row->grid());
    // What lies below a new grid is new as well.
    if (before_.rows_.Find(key) != nullptr) UpdateChainsBelow(row->grid());
  }
}

void CityMaker::UpdateChain(const Grid& grid) {
  absl::InlinedVector<const Grid*, 8> chain;
  for (const Grid* g = &grid; g != nullptr;
       g = g->parent_grid_id().empty() ? nullptr
                                       : city_.FindGrid(g->parent_grid_id())) {
    chain.push_back(g);
  }
  City::Placed& placed = city_.placed_.Edit(
      static_cast<size_t>(*city_.positions_.Find(grid.grid_id())));
  std::reverse_copy(chain.begin(), chain.end(), placed.chain.begin());
  placed.size = static_cast<uint32_t>(chain.size());
}

void CityMaker::UpdateChainsBelow(const Grid& grid) {
  for (const Grid* child : city_.ChildrenOf(grid.grid_id())) {
    UpdateChain(*child);
    UpdateChainsBelow(*child);
  }
}

void CityMaker::UpdateNames(const Changes& changes, WordsOf words_of,
                            std::shared_ptr<const City::Names>* names) const {
  bool same = *names != nullptr;
  for (const std::string& key : changes.removals) {
    same = same && words_of(before_.rows_.Find(key)).empty();
  }
  for (const auto& [key, row] : changes.upserts) {
    same = same && words_of(before_.rows_.Find(key)) == words_of(row.get());
  }
  if (same) return;
  std::vector<std::pair<std::string, std::string>> all;
  city_.rows_.ForEach([&](const std::string& key, const RowPtr& row) {
    for (std::string& word : words_of(row.get())) {
      // A single character is no name.
      if (Utf8Length(word) >= 2) all.emplace_back(key, std::move(word));
    }
  });
  std::sort(all.begin(), all.end());
  auto made = std::make_shared<City::Names>(all);
  // A grid keeps its position as long as it is there.
  for (const std::string& key : made->keys) {
    const CityRow& row = *city_.rows_.Find(key);
    made->positions.push_back(
        row.has_grid() ? *city_.positions_.Find(row.grid().grid_id()) : -1);
  }
  *names = std::move(made);
}

template <typename Concerns>
bool CityMaker::IsSame(const Changes& changes, const Concerns& concerns) const {
  const auto of_old = [&](const std::string& key) {
    const CityRow* old = before_.rows_.Find(key);
    return old != nullptr && concerns(*old);
  };
  return std::none_of(changes.removals.begin(), changes.removals.end(),
                      of_old) &&
         std::none_of(changes.upserts.begin(), changes.upserts.end(),
                      [&](const auto& upsert) {
                        return concerns(*upsert.second) || of_old(upsert.first);
                      });
}

void CityMaker::UpdateRoads(const Changes& changes) {
  const auto is_of_road = [](const CityRow& row) {
    return row.has_place() && Roads::SpotOf(row.place()).has_value();
  };
  if (city_.roads_ != nullptr && IsSame(changes, is_of_road)) return;
  std::vector<Roads::Spot> spots;
  city_.rows_.ForEach([&](const std::string&, const RowPtr& row) {
    if (!row->has_place()) return;
    auto spot = Roads::SpotOf(row->place());
    if (spot.has_value()) spots.push_back(*std::move(spot));
  });
  city_.roads_ = std::make_shared<const Roads>(std::move(spots));
}

void CityMaker::UpdateCalendar(const Changes& changes) {
  const auto is_day = [](const CityRow& row) { return row.has_calendar_day(); };
  if (city_.calendar_ != nullptr && IsSame(changes, is_day)) return;
  auto calendar = std::make_shared<Calendar>();
  city_.rows_.ForEach([&](const std::string&, const RowPtr& row) {
    absl::CivilDay day;
    if (row->has_calendar_day() && ParseDay(row->calendar_day().date(), &day)) {
      calendar->SetDay(day, row->calendar_day().working());
    }
  });
  city_.calendar_ = std::move(calendar);
}

City::Names::Names(const std::vector<std::pair<std::string, std::string>>& n)
    : words([&] {
        std::vector<std::string> all;
        for (const auto& [key, word] : n) all.push_back(word);
        return all;
      }()),
      dictionary(words) {
  for (const auto& [key, word] : n) keys.push_back(key);
}

absl::StatusOr<std::shared_ptr<const City>> City::Build(
    const CityVersion& version, RowMap rows, std::vector<Fault>* faults) {
  Changes changes;
  changes.upserts = std::move(rows);
  return City().With(version, changes, faults);
}

absl::StatusOr<std::shared_ptr<const City>> City::With(
    const CityVersion& version, const Changes& changes,
    std::vector<Fault>* faults) const {
  std::vector<Fault> own;
  if (faults == nullptr) faults = &own;
  auto city = std::shared_ptr<City>(new City(*this));
  city->version_ = version;
  CityMaker maker(*this, city.get());
  maker.ReplaceRows(changes);
  CityCheck check(*this, *city, faults);
  check.CheckRows(changes);
  // Chains of a broken tree could be infinite.
  if (!faults->empty()) return Summarize(*faults);
  maker.Derive(changes);
  check.CheckPlaces(changes);
  if (!faults->empty()) return Summarize(*faults);
  city->version_.set_content_hash(city->rows_.ContentHash());
  city->version_.set_row_count(static_cast<int64_t>(city->rows_.size()));
  return std::shared_ptr<const City>(std::move(city));
}

absl::StatusOr<std::shared_ptr<const City>> City::Adopt(
    const City* base, const CityVersion& version, const Changes& changes) {
  const City nothing;
  const City& before = base == nullptr ? nothing : *base;
  auto city = std::shared_ptr<City>(new City(before));
  city->version_ = version;
  CityMaker maker(before, city.get());
  maker.ReplaceRows(changes);
  if (city->rows_.ContentHash() != version.content_hash()) {
    return absl::DataLossError(
        absl::StrCat("the rows of city version ", version.version(),
                     " do not have its content hash; load the version again"));
  }
  maker.Derive(changes);
  return std::shared_ptr<const City>(std::move(city));
}

}  // namespace wangge::city
