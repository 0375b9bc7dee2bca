#include "city/city_check.h"

#include <algorithm>
#include <iterator>
#include <limits>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "city/keys.h"
#include "city/references.h"

namespace wangge::city {
namespace {

constexpr char kFunction[] = "function/";
// More cells than a large district has; beyond, looking at all places is
// quicker.
constexpr int64_t kMaxCells = 10'000;
// Deeper trees are cycles.
constexpr int kMaxDepth = 64;

// True when the chain of parents of `row` does not end.
template <typename T, typename Find, typename Parent>
bool HasCycle(const T& row, const Find& find, const Parent& parent) {
  const T* at = &row;
  for (int depth = 0; at != nullptr; ++depth) {
    if (depth > kMaxDepth) return true;
    at = parent(*at).empty() ? nullptr : find(parent(*at));
  }
  return false;
}

std::string IdIn(const std::string& key) {
  return key.substr(key.find('/') + 1);
}

// A box in 1e-7 degree around the boundaries that changed.
struct Box {
  int32_t west = std::numeric_limits<int32_t>::max();
  int32_t south = west;
  int32_t east = std::numeric_limits<int32_t>::min();
  int32_t north = east;

  void Add(const CityRow* row) {
    if (row == nullptr || !row->has_grid()) return;
    for (const auto& polygon : row->grid().polygons()) {
      const auto& e7 = polygon.rings(0).coordinates_e7();
      for (int i = 0; i + 1 < e7.size(); i += 2) {
        west = std::min(west, e7[i]);
        east = std::max(east, e7[i]);
        south = std::min(south, e7[i + 1]);
        north = std::max(north, e7[i + 1]);
      }
    }
  }
};

}  // namespace

void CityCheck::Require(bool ok, const std::string& key,
                        const std::string& problem) {
  if (!ok) faults_.push_back({key, problem});
}

bool CityCheck::Exists(const std::string& key) const {
  if (absl::StartsWith(key, kFunction)) {
    return !after_.groups_.units_by_function.At(IdIn(key)).empty();
  }
  return after_.rows_.Find(key) != nullptr;
}

void CityCheck::CheckRows(const Changes& changes) {
  CheckUpserts(changes);
  for (const std::string& key : changes.removals) CheckRemoved(key);
  for (const auto& [key, row] : changes.upserts) {
    // A unit may have been the last one with its function.
    const CityRow* old = before_.rows_.Find(key);
    if (old != nullptr && old->has_unit()) {
      CheckRemoved(kFunction + old->unit().function());
    }
  }
  CheckRoots();
}

void CityCheck::CheckUpserts(const Changes& changes) {
  // By range, so that faults come in the order of the rows.
  std::vector<std::vector<Fault>> found(
      changes.upserts.size() / kUpsertsPerRange + 1);
  ForEachUpsert(changes, [&](size_t i, const std::string& key,
                             const CityRow& row) {
    CityCheck(before_, after_, &found[i / kUpsertsPerRange]).CheckRow(key, row);
  });
  for (auto& faults : found) {
    std::move(faults.begin(), faults.end(), std::back_inserter(faults_));
  }
}

void CityCheck::CheckRow(const std::string& key, const CityRow& row) {
  CheckReferences(key, row);
  switch (row.row_case()) {
    case CityRow::kGrid:
      return CheckGrid(key, row.grid());
    case CityRow::kUnit:
      return CheckUnit(key, row.unit());
    case CityRow::kDutyShift:
      return CheckShift(key, row.duty_shift());
    case CityRow::kCategory:
      return CheckCategory(key, row.category());
    case CityRow::kRule:
      return Require(row.rule().role() != 0, key, "has no role");
    case CityRow::kCalendarDay: {
      absl::CivilDay day;
      return Require(ParseDay(row.calendar_day().date(), &day), key,
                     "is not a day, YYYY-MM-DD");
    }
    case CityRow::kOfficer:
      return Require(!row.officer().unit_id().empty(), key, "has no unit");
    case CityRow::kPlace:
    case CityRow::kAsset:
    case CityRow::ROW_NOT_SET:
      return;
  }
}

void CityCheck::CheckReferences(const std::string& key, const CityRow& row) {
  ForEachReference(row, [&](const std::string& named, const char* role) {
    if (Exists(named)) return;
    faults_.push_back(
        {key, absl::StartsWith(named, kFunction)
                  ? absl::StrCat("no unit has the function ", IdIn(named))
                  : absl::StrCat("its ", role, " ", IdIn(named),
                                 " does not exist")});
  });
}

void CityCheck::CheckRemoved(const std::string& key) {
  const int* count = after_.groups_.references.Find(key);
  if (count != nullptr && !Exists(key)) {
    Require(
        false, key,
        absl::StrCat("was removed, but ", *count, " rows still refer to it"));
  }
  const CityRow* old = before_.rows_.Find(key);
  if (old != nullptr && old->has_unit()) {
    CheckRemoved(kFunction + old->unit().function());
  }
}

void CityCheck::CheckGrid(const std::string& key, const Grid& grid) {
  const bool governance = grid.layer() == common::v1::GRID_LAYER_GOVERNANCE;
  Require(grid.layer() != 0, key, "has no layer");
  Require(grid.level() != 0, key, "has no level");
  for (const Grid* other : after_.groups_.grids_by_code.At(absl::StrCat(
           static_cast<int>(grid.layer()), "/", grid.grid_code()))) {
    Require(other == &grid, key,
            absl::StrCat("shares the code ", grid.grid_code(), " with grid/",
                         other->grid_id()));
  }
  const Grid* parent = grid.parent_grid_id().empty()
                           ? nullptr
                           : after_.FindGrid(grid.parent_grid_id());
  if (governance && parent != nullptr) {
    Require(parent->layer() == grid.layer() && parent->level() < grid.level(),
            key,
            absl::StrCat("its parent ", parent->grid_id(),
                         " is not of a higher level"));
  }
  const Grid* old = before_.FindGrid(grid.grid_id());
  if (old != nullptr &&
      (old->level() != grid.level() || old->layer() != grid.layer())) {
    for (const Grid* child : after_.ChildrenOf(grid.grid_id())) {
      Require(child->layer() != common::v1::GRID_LAYER_GOVERNANCE ||
                  (governance && child->level() > grid.level()),
              key,
              absl::StrCat("is not of a higher level than its child ",
                           child->grid_id()));
    }
  }
  Require(!HasCycle(
              grid, [&](const std::string& id) { return after_.FindGrid(id); },
              [](const Grid& g) { return g.parent_grid_id(); }),
          key, "is its own ancestor");
  // A boundary that nobody has drawn yet is no fault here; the certificate
  // tells.
  const absl::Status polygons = grid.polygons().empty()
                                    ? absl::OkStatus()
                                    : geo::ValidatePolygons(grid.polygons());
  Require(polygons.ok(), key,
          absl::StrCat("its boundary ", polygons.message()));
}

void CityCheck::CheckUnit(const std::string& key, const Unit& unit) {
  Require(unit.kind() != 0, key, "has no kind");
  Require(!unit.parent_unit_id().empty() ||
              unit.kind() == registry::v1::UNIT_KIND_OPERATION_CENTRE,
          key, "has no superior but is not an operation centre");
  Require(!HasCycle(
              unit, [&](const std::string& id) { return after_.FindUnit(id); },
              [](const Unit& u) { return u.parent_unit_id(); }),
          key, "is its own ancestor");
}

void CityCheck::CheckShift(const std::string& key, const DutyShift& shift) {
  Require(!shift.unit_id().empty(), key, "has no unit");
  Require(!shift.officer_id().empty(), key, "has no officer");
  Require(shift.role() != 0, key, "has no role");
  Require(shift.start_minute() >= 0 && shift.start_minute() < 1440 &&
              shift.end_minute() > 0 && shift.end_minute() <= 1440,
          key, "its minutes lie outside the day");
  absl::CivilDay day;
  for (const std::string& date : {shift.first_date(), shift.last_date()}) {
    Require(date.empty() || ParseDay(date, &day), key,
            absl::StrCat("`", date, "` is not a day, YYYY-MM-DD"));
  }
  for (const int weekday : shift.weekdays()) {
    Require(weekday >= 1 && weekday <= 7, key,
            absl::StrCat(weekday, " is not a weekday, 1 to 7"));
  }
}

void CityCheck::CheckCategory(const std::string& key,
                              const Category& category) {
  Require(category.kind() != 0, key, "has no kind");
  Require(category.handle_limit_minutes() > 0, key,
          "its handle_limit_minutes is not positive");
  Require(!HasCycle(
              category,
              [&](const std::string& id) { return after_.FindCategory(id); },
              [](const Category& c) { return c.parent_category_code(); }),
          key, "is its own ancestor");
}

void CityCheck::CheckRoots() {
  int roots = 0;
  for (const Grid* grid : after_.groups_.grids_by_parent.At("")) {
    if (grid->layer() != common::v1::GRID_LAYER_GOVERNANCE) continue;
    Require(++roots == 1, "grid/" + grid->grid_id(),
            "has no parent, as has another governance grid");
  }
  Require(roots > 0, "grid/", "there is no governance grid without parent");
  const auto units = after_.groups_.units_by_superior.At("");
  for (size_t i = 1; i < units.size(); ++i) {
    Require(false, "unit/" + units[i]->unit_id(),
            absl::StrCat("has no superior, as has ", units[0]->unit_id()));
  }
  Require(!units.empty(), "unit/", "there is no unit without superior");
}

void CityCheck::CheckPlaces(const Changes& changes) {
  Box box;
  for (const std::string& key : changes.removals) {
    box.Add(before_.rows_.Find(key));
  }
  for (const auto& [key, row] : changes.upserts) {
    if (row->has_place()) CheckPlace(key, row->place());
    if (before_.rows_.size() == 0) continue;
    box.Add(before_.rows_.Find(key));
    box.Add(row.get());
  }
  if (box.west > box.east) return;
  const auto check = [&](const Place& place) {
    const std::string key = "place/" + place.place_id();
    if (!changes.upserts.contains(key)) CheckPlace(key, place);
  };
  const GroundCell first = GroundCell::At(box.south, box.west);
  const GroundCell last = GroundCell::At(box.north, box.east);
  if (int64_t{last.row - first.row + 1} * (last.column - first.column + 1) >
      kMaxCells) {
    after_.rows_.ForEach([&](const std::string&, const RowPtr& row) {
      if (row->has_place()) check(row->place());
    });
    return;
  }
  ForEachCell(first, last, [&](const GroundCell& cell) {
    for (const Place* place : after_.groups_.places_by_cell.At(cell.Key(""))) {
      check(*place);
    }
  });
}

void CityCheck::CheckPlace(const std::string& key, const Place& place) {
  Require(
      !after_.Locate({place.latitude_e7() / 1e7, place.longitude_e7() / 1e7})
           .chain.empty(),
      key, "lies outside the city");
}

}  // namespace wangge::city
