// The city as an immutable value: every question about grids, units, officers,
// categories, places and time is a pure function of it.
//
// A City never changes once it is made and is shared by all threads; the next
// version is made from it and shares all that is the same. Pointers that its
// functions return live as long as the City.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/shared_vector.h"
#include "city/calendar.h"
#include "city/group.h"
#include "city/roads.h"
#include "city/rows.h"
#include "geo/polygon_index.h"
#include "text/dictionary.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::city {

using registry::v1::Asset;
using registry::v1::Category;
using registry::v1::CityVersion;
using registry::v1::DutyShift;
using registry::v1::Grid;
using registry::v1::Officer;
using registry::v1::Place;
using registry::v1::ResponsibilityRule;
using registry::v1::Unit;

// A fault of a city: which row and what is wrong with it.
struct Fault {
  std::string row_key;
  std::string problem;
};

// Governance grids from the city down; of another layer's grid, itself last.
// Lives as long as its City.
using Chain = absl::Span<const Grid* const>;
// Grids in which something holds, widest first: a chain, or a chain and
// overlays.
using Scopes = absl::Span<const Grid* const>;

// Where a point lies.
struct Location {
  // Down to the deepest that contains the point; empty outside the city.
  Chain chain;
  // The deepest grid of every other layer.
  absl::InlinedVector<const Grid*, 4> overlays;
};

// A place or grid whose name stands in a text, from the character `begin` up to
// `end`.
struct NamedPlace {
  std::string words;
  size_t begin = 0;
  size_t end = 0;
  const Place* place = nullptr;  // Exactly one of the two is set.
  const Grid* grid = nullptr;
  Chain chain;  // As in Location.
};

// A keyword of a category that stands in a text.
struct NamedCategory {
  const std::string* keyword = nullptr;
  const Category* category = nullptr;
};

// Who answers a unit's desk.
struct Duty {
  const Officer* officer = nullptr;  // Null: nobody; the desk itself.
  bool substitute = false;
};

// The three flags of a joint case (三跨).
struct CrossFlags {
  bool region = false;      // Units of different districts.
  bool level = false;       // Units of different levels of government.
  bool department = false;  // Units of different functions.
};

class City {
 public:
  // A city of these rows. On faults returns FAILED_PRECONDITION that names the
  // first ones, and all of them in `faults` when given. Of `version` the
  // content hash and the number of rows are filled in.
  static absl::StatusOr<std::shared_ptr<const City>> Build(
      const CityVersion& version, RowMap rows,
      std::vector<Fault>* faults = nullptr);

  // This city with the changes, as Build would make it, at the cost of what
  // changes.
  absl::StatusOr<std::shared_ptr<const City>> With(
      const CityVersion& version, const Changes& changes,
      std::vector<Fault>* faults = nullptr) const;

  // A version that another process made and checked, from the one before it,
  // or from nothing when `base` is null. That the rows are the ones it checked
  // is proved by the version's content hash, so they are not checked again:
  // DATA_LOSS when they are not.
  static absl::StatusOr<std::shared_ptr<const City>> Adopt(
      const City* base, const CityVersion& version, const Changes& changes);

  const CityVersion& version() const { return version_; }
  const RowSet& rows() const { return rows_; }

  // Look-ups by id; null when there is none.
  const Grid* FindGrid(absl::string_view id) const;
  const Unit* FindUnit(absl::string_view id) const;
  const Officer* FindOfficer(absl::string_view id) const;
  const Category* FindCategory(absl::string_view code) const;
  const Place* FindPlace(absl::string_view id) const;

  // The grids that contain the point; an empty chain outside the city.
  Location Locate(const geo::Point& point) const;
  // The grid and everything above it, from the top down. REQUIRES: a grid of
  // this city.
  Chain ChainOf(const Grid& grid) const;
  // Calls `visit` with the chain of every grid, as ChainOf gives it.
  template <typename Visit>
  void ForEachChain(const Visit& visit) const {
    for (size_t i = 0; i < placed_.size(); ++i) {
      if (placed_[i].size > 0) visit(ChainOf(placed_[i]));
    }
  }
  // Grids of a layer and level whose boundary comes within `meters` of the
  // point, nearest first, with the distance; one that contains the point too.
  std::vector<std::pair<const Grid*, double>> GridsNear(
      common::v1::GridLayer layer, common::v1::GridLevel level,
      const geo::Point& point, double meters) const;
  // Grids right below, in order of id; roots for an empty id.
  absl::Span<const Grid* const> ChildrenOf(absl::string_view grid_id) const {
    return groups_.grids_by_parent.At(grid_id);
  }
  // Calls `visit` with the id of every grid that has grids right below, and
  // with them as ChildrenOf gives them.
  template <typename Visit>
  void ForEachParent(const Visit& visit) const {
    groups_.grids_by_parent.ForEach(visit);
  }
  // Every place, street, community and compound named in a text. A name that
  // several have comes once for each.
  std::vector<NamedPlace> FindPlaces(const text::NormalText& text) const;
  // Every name of roads in a text, in its order.
  std::vector<NamedRoads> FindRoads(const text::NormalText& text) const {
    return roads_->Find(text);
  }
  // Every keyword in a text, in its order; of those that overlap the longest.
  // One that several categories have comes once for each.
  std::vector<NamedCategory> FindKeywords(const text::NormalText& text) const;
  // Assets of a category within `radius_meters`, nearest first.
  std::vector<const Asset*> AssetsNear(const std::string& category_code,
                                       const geo::Point& point,
                                       double radius_meters) const;

  // Rules for a category, its superiors' included, that hold in the scopes:
  // rules of the deepest grid first, of the nearest category first.
  std::vector<const ResponsibilityRule*> RulesFor(const Category& category,
                                                  Scopes scopes) const;
  // Rules that name a category, wherever they hold, in order of their id.
  absl::Span<const ResponsibilityRule* const> RulesNaming(
      absl::string_view category_code) const {
    return groups_.rules_by_category.At(category_code);
  }
  // Units with this function whose jurisdiction holds one of the scopes: those
  // of the deepest grid; with a level, only units of it.
  std::vector<const Unit*> UnitsFor(absl::string_view function,
                                    common::v1::UnitLevel level,
                                    Scopes scopes) const;
  // Units whose jurisdiction names this grid.
  absl::Span<const Unit* const> UnitsAt(absl::string_view grid_id) const {
    return groups_.units_by_grid.At(grid_id);
  }
  // The operation centre that serves the deepest of the scopes; the root of the
  // unit tree without scopes.
  const Unit& OperationCentreAt(Scopes scopes) const;
  // The operation centre that is the lowest common superior.
  const Unit& LowestCommonCentre(
      const std::vector<std::string>& unit_ids) const;
  // True when `superior` is `unit` or stands above it.
  bool IsSameOrAbove(const std::string& superior_id,
                     const std::string& unit_id) const;
  // The flags of units that work on one case; unknown units do not count.
  CrossFlags CrossFlagsOf(const std::vector<std::string>& unit_ids) const;
  // The district (grid) of a unit's first jurisdiction; empty for city units.
  std::string DistrictOf(const Unit& unit) const;
  // Who is on duty at a moment: a primary officer, else a substitute, else any
  // officer of the unit, else nobody.
  Duty OfficerOnDuty(absl::string_view unit_id, absl::Time time) const;
  // The roster of a unit.
  absl::Span<const DutyShift* const> ShiftsOf(absl::string_view unit_id) const {
    return groups_.shifts_by_unit.At(unit_id);
  }
  // Officers with posts in the grid itself.
  absl::Span<const Officer* const> OfficersAt(absl::string_view grid_id) const {
    return groups_.officers_by_grid.At(grid_id);
  }
  // Officers with posts in the grid or below it.
  std::vector<const Officer*> OfficersIn(const std::string& grid_id) const;
  absl::Span<const Officer* const> OfficersOf(absl::string_view unit_id) const {
    return groups_.officers_by_unit.At(unit_id);
  }

  // In order of their code.
  absl::Span<const Category* const> categories() const {
    return groups_.categories.At("");
  }
  const Calendar& calendar() const { return *calendar_; }
  const geo::PolygonIndex& polygon_index() const { return polygon_index_; }
  const Unit& root_unit() const { return *root_unit_; }
  const Grid& root_grid() const { return *root_grid_; }

 private:
  friend class CityCheck;
  friend class CityMaker;

  // What Locate needs of a grid, in one cache line.
  struct alignas(64) Placed {
    // Each is of a deeper level than the one before.
    std::array<const Grid*, common::v1::GridLevel_ARRAYSIZE - 1> chain = {};
    uint32_t size = 0;  // 0 where a grid has gone.

    const Grid* grid() const { return size == 0 ? nullptr : chain[size - 1]; }
  };
  // Rows by what they are looked up by.
  struct Groups {
    Group<Grid> grids_by_parent;
    Group<Grid> grids_by_code;  // `layer/code`
    Group<Unit> units_by_superior;
    Group<Unit> units_by_function;
    Group<Unit> units_by_grid;
    Group<Unit> units_by_duty;  // `function@grid`
    Group<Officer> officers_by_unit;
    Group<Officer> officers_by_grid;
    Group<DutyShift> shifts_by_unit;
    Group<Category> categories;  // All, by "".
    // A few hundred, asked for at every step: their own small table.
    std::shared_ptr<absl::flat_hash_map<std::string, const Category*>>
        categories_by_code;
    Group<ResponsibilityRule> rules_by_category;
    Group<Asset> assets_by_cell;  // `category@row,column`
    Group<Place> places_by_cell;  // `@row,column`
    // How many rows name a row, by its key; functions as `function/…`.
    SharedMap<std::string, int> references;
  };
  // Words that name rows, and the key of the row of each; of grids also their
  // position in placed_, -1 of others.
  struct Names {
    explicit Names(const std::vector<std::pair<std::string, std::string>>& n);
    std::vector<std::string> words;
    std::vector<std::string> keys;
    std::vector<int> positions;
    text::Dictionary dictionary;
  };

  City() = default;
  static Chain ChainOf(const Placed& placed) {
    return Chain(placed.chain).subspan(0, placed.size);
  }

  CityVersion version_;
  RowSet rows_;
  Groups groups_;
  SharedVector<Placed> placed_;
  SharedMap<std::string, int> positions_;  // In placed_, by grid id.
  geo::PolygonIndex polygon_index_;
  std::shared_ptr<const Names> names_;     // Of places and grids.
  std::shared_ptr<const Names> keywords_;  // Of categories.
  std::shared_ptr<const Roads> roads_;
  std::shared_ptr<const Calendar> calendar_;
  const Unit* root_unit_ = nullptr;
  const Grid* root_grid_ = nullptr;
};

// RowSet's.
std::string ContentHash(const RowMap& rows);

}  // namespace wangge::city
