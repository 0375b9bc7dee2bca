// The city as an immutable value: every question about grids, units, officers,
// categories, places and time is a pure function of it.
//
// A City is built from rows once and then shared by all threads; pointers that
// its functions return live as long as the City.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "city/calendar.h"
#include "city/row.h"
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

// Rows by KeyText, in order; shared between the versions that hold them.
using RowMap = std::map<std::string, std::shared_ptr<const CityRow>>;

// A fault of a city: which row and what is wrong with it.
struct Fault {
  std::string row_key;
  std::string problem;
};

// Governance grids from the city down. Lives as long as its City.
using Chain = absl::Span<const Grid* const>;

// Where a point lies.
struct Location {
  // Down to the deepest that contains the point; empty outside the city.
  Chain chain;
  // The deepest grid of every other layer.
  absl::InlinedVector<const Grid*, 4> overlays;
};

// A place or grid whose name stands in a text.
struct NamedPlace {
  std::string words;
  const Place* place = nullptr;  // Exactly one of the two is set.
  const Grid* grid = nullptr;
  Chain chain;  // As in Location.
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
  // Builds a city. On faults returns FAILED_PRECONDITION that names the first
  // ones, and all of them in `faults` when given.
  static absl::StatusOr<std::shared_ptr<const City>> Build(
      const CityVersion& version, RowMap rows,
      std::vector<Fault>* faults = nullptr);

  const CityVersion& version() const { return version_; }
  const RowMap& rows() const { return rows_; }

  // Look-ups by id; null when there is none.
  const Grid* FindGrid(const std::string& id) const;
  const Unit* FindUnit(const std::string& id) const;
  const Officer* FindOfficer(const std::string& id) const;
  const Category* FindCategory(const std::string& code) const;

  // The grids that contain the point; an empty chain outside the city.
  Location Locate(const geo::Point& point) const;
  // The grid and everything above it, from the top down. REQUIRES: a grid of
  // this city.
  Chain ChainOf(const Grid& grid) const;
  // Every place, street, community and compound named in a text. A name that
  // several have comes once for each.
  std::vector<NamedPlace> FindPlaces(const std::string& text) const;
  // Assets of a category within `radius_meters`, nearest first.
  std::vector<const Asset*> AssetsNear(const std::string& category_code,
                                       const geo::Point& point,
                                       double radius_meters) const;

  // Rules for a category, its superiors' included, that hold at the chain:
  // rules of the deepest grid first, of the nearest category first.
  std::vector<const ResponsibilityRule*> RulesFor(const Category& category,
                                                  Chain chain) const;
  // Units with this function whose jurisdiction holds a grid of the chain:
  // those of the deepest grid; with a level, only units of it.
  std::vector<const Unit*> UnitsFor(const std::string& function,
                                    common::v1::UnitLevel level,
                                    Chain chain) const;
  // The operation centre that serves the deepest grid of the chain; the root of
  // the unit tree for an empty chain.
  const Unit& OperationCentreAt(Chain chain) const;
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
  Duty OfficerOnDuty(const std::string& unit_id, absl::Time time) const;
  // Officers with posts in the grid or below it.
  std::vector<const Officer*> OfficersIn(const std::string& grid_id) const;
  const std::vector<const Officer*>& OfficersOf(
      const std::string& unit_id) const;

  const std::vector<const Category*>& categories() const { return categories_; }
  const Calendar& calendar() const { return calendar_; }
  const geo::PolygonIndex& polygon_index() const { return polygon_index_; }
  const Unit& root_unit() const { return *root_unit_; }
  const Grid& root_grid() const { return *root_grid_; }

 private:
  // What Locate needs of a grid, side by side.
  struct IndexedGrid {
    const Grid* grid = nullptr;
    uint32_t chain_begin = 0;  // In chains_.
    uint32_t chain_size = 0;
  };

  City() = default;
  void Index(std::vector<Fault>* faults);
  void IndexGrids(std::vector<Fault>* faults);
  void IndexBoundaries();
  Chain ChainOf(const IndexedGrid& indexed) const;
  void IndexUnits(std::vector<Fault>* faults);
  void IndexPeople(std::vector<Fault>* faults);
  void IndexCategories(std::vector<Fault>* faults);
  void IndexPlaces(std::vector<Fault>* faults);

  CityVersion version_;
  RowMap rows_;
  absl::flat_hash_map<std::string, const Grid*> grids_;
  absl::flat_hash_map<std::string, const Unit*> units_;
  absl::flat_hash_map<std::string, const Officer*> officers_;
  absl::flat_hash_map<std::string, const Category*> category_by_code_;
  std::vector<const Category*> categories_;
  std::vector<IndexedGrid> indexed_grids_;  // By id.
  absl::flat_hash_map<const Grid*, uint32_t> grid_numbers_;
  std::vector<const Grid*> chains_;
  geo::PolygonIndex polygon_index_;
  // `function@grid` to units.
  absl::flat_hash_map<std::string, std::vector<const Unit*>> units_by_duty_;
  absl::flat_hash_map<std::string, std::vector<const ResponsibilityRule*>>
      rules_by_category_;
  absl::flat_hash_map<std::string, std::vector<const DutyShift*>>
      shifts_by_unit_;
  absl::flat_hash_map<std::string, std::vector<const Officer*>>
      officers_by_unit_;
  absl::flat_hash_map<std::string, std::vector<const Officer*>>
      officers_by_grid_;
  absl::flat_hash_map<std::string, std::vector<const Grid*>> grid_children_;
  std::vector<const Asset*> assets_;
  std::unique_ptr<text::Dictionary> dictionary_;
  std::vector<NamedPlace> named_;  // By dictionary entry.
  Calendar calendar_;
  const Unit* root_unit_ = nullptr;
  const Grid* root_grid_ = nullptr;
};

// SHA-256 over all rows in order of key, hex.
std::string ContentHash(const RowMap& rows);

}  // namespace wangge::city
