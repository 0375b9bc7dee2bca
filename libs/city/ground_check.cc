#include "city/ground_check.h"

#include <algorithm>
#include <array>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/parallel.h"

namespace wangge::city {
namespace {

using registry::v1::CityFault;
using registry::v1::CityFaultKind;

constexpr size_t kFamiliesOfARange = 16;

// The children of a grid in one layer.
struct Family {
  const Grid* parent = nullptr;  // Null for the roots of a layer.
  common::v1::GridLayer layer = common::v1::GRID_LAYER_UNSPECIFIED;
  std::vector<const Grid*> children;
};

std::vector<Family> FamiliesOf(const City& city) {
  std::vector<Family> families;
  city.ForEachParent([&](const std::string& parent_id,
                         const std::vector<const Grid*>& children) {
    std::array<Family, common::v1::GridLayer_ARRAYSIZE> by_layer;
    for (const Grid* child : children) {
      if (child == &city.root_grid()) continue;
      by_layer[static_cast<size_t>(child->layer())].children.push_back(child);
    }
    for (size_t layer = 0; layer < by_layer.size(); ++layer) {
      Family& family = by_layer[layer];
      if (family.children.empty()) continue;
      family.parent = parent_id.empty() ? nullptr : city.FindGrid(parent_id);
      family.layer = static_cast<common::v1::GridLayer>(layer);
      families.push_back(std::move(family));
    }
  });
  return families;
}

struct Kind {
  CityFaultKind kind;
  const char* text;
};

Kind KindOf(geo::Patch::Kind kind) {
  switch (kind) {
    case geo::Patch::Kind::kGap:
      return {registry::v1::CITY_FAULT_KIND_GAP, "no grid below covers"};
    case geo::Patch::Kind::kOverlap:
      return {registry::v1::CITY_FAULT_KIND_OVERLAP,
              "more than one grid covers"};
    case geo::Patch::Kind::kOutside:
      return {registry::v1::CITY_FAULT_KIND_OUTSIDE_PARENT,
              "a grid below covers, outside its parent,"};
  }
  return {};
}

CityFault ToFault(const City& city, const Family& family,
                  const geo::Patch& patch) {
  CityFault fault;
  const auto [kind, text] = KindOf(patch.kind);
  fault.set_kind(kind);
  const Grid& subject =
      family.parent == nullptr ? *family.children.front() : *family.parent;
  fault.mutable_row()->set_kind("grid");
  fault.mutable_row()->set_id(subject.grid_id());
  for (const Grid* child : family.children) {
    if (kind != registry::v1::CITY_FAULT_KIND_GAP &&
        geo::Contains(child->polygons(), patch.inside)) {
      auto* other = fault.add_other_rows();
      other->set_kind("grid");
      other->set_id(child->grid_id());
    }
  }
  fault.set_description(
      absl::StrFormat("%s %.1f m2 of %s near %.6f, %.6f (latitude, longitude)",
                      text, patch.square_meters, subject.name(),
                      patch.inside.latitude_deg, patch.inside.longitude_deg));
  fault.set_district_grid_id(DistrictOfGrid(city, subject));
  fault.set_area_square_meters(patch.square_meters);
  fault.mutable_point()->set_latitude_deg(patch.inside.latitude_deg);
  fault.mutable_point()->set_longitude_deg(patch.inside.longitude_deg);
  fault.mutable_point()->set_coordinate_system(
      common::v1::COORDINATE_SYSTEM_WGS84);
  *fault.mutable_polygons() = patch.polygons;
  return fault;
}

// Grids of the family whose boundary is not known, its parent's included.
int64_t CountUndrawn(const Family& family) {
  const auto undrawn = [](const Grid* grid) {
    return grid->polygons().empty();
  };
  return std::count_if(family.children.begin(), family.children.end(),
                       undrawn) +
         (family.parent != nullptr && undrawn(family.parent) ? 1 : 0);
}

void AddUndrawn(const City& city, const Family& family, int64_t undrawn,
                GroundFindings* findings) {
  const Grid& subject =
      family.parent == nullptr ? *family.children.front() : *family.parent;
  CityFault fault;
  fault.set_kind(registry::v1::CITY_FAULT_KIND_NO_BOUNDARY);
  fault.mutable_row()->set_kind("grid");
  fault.mutable_row()->set_id(subject.grid_id());
  fault.set_description(absl::StrCat(
      undrawn, " grids of ", subject.name(),
      " and right below have no boundary, so its cover cannot be proved"));
  fault.set_district_grid_id(DistrictOfGrid(city, subject));
  findings->faults.push_back(std::move(fault));
}

geo::Coverage Check(const Family& family) {
  if (CountUndrawn(family) > 0) return {};
  std::vector<const geo::Polygons*> children;
  for (const Grid* child : family.children) {
    children.push_back(&child->polygons());
  }
  // Dedicated grids are islands: they cover nothing, but each point once.
  return family.parent == nullptr ||
                 family.layer == common::v1::GRID_LAYER_DEDICATED
             ? geo::CheckOverlaps(children)
             : geo::CheckCoverage(family.parent->polygons(), children);
}

// A governance grid that ends above the depth of the others leaves its ground
// to no grid worker.
void FindOrphans(const City& city, GroundFindings* findings) {
  int deepest = 0;
  std::vector<const Grid*> grids;
  absl::flat_hash_set<const Grid*> parents;
  city.ForEachChain([&](Chain chain) {
    const Grid* grid = chain.back();
    if (grid->layer() != common::v1::GRID_LAYER_GOVERNANCE) return;
    grids.push_back(grid);
    if (chain.size() > 1) parents.insert(chain[chain.size() - 2]);
    deepest = std::max(deepest, static_cast<int>(grid->level()));
  });
  for (const Grid* leaf : grids) {
    if (leaf->level() == deepest || parents.contains(leaf)) continue;
    CityFault fault;
    fault.set_kind(registry::v1::CITY_FAULT_KIND_ORPHAN);
    fault.mutable_row()->set_kind("grid");
    fault.mutable_row()->set_id(leaf->grid_id());
    fault.set_description(absl::StrCat(
        leaf->name(), " has no grids below it, as others of its level have"));
    fault.set_district_grid_id(DistrictOfGrid(city, *leaf));
    findings->faults.push_back(std::move(fault));
  }
}

}  // namespace

std::string DistrictOfGrid(const City& city, const Grid& grid) {
  for (const Grid* above : city.ChainOf(grid)) {
    if (above->level() == common::v1::GRID_LEVEL_DISTRICT &&
        above->layer() == common::v1::GRID_LAYER_GOVERNANCE) {
      return above->grid_id();
    }
  }
  return "";
}

GroundFindings CheckGround(const City& city) {
  const std::vector<Family> families = FamiliesOf(city);
  std::vector<geo::Coverage> found(families.size());
  ForEachRange(families.size(), kFamiliesOfARange,
               [&](size_t begin, size_t end) {
                 for (size_t i = begin; i < end; ++i) {
                   found[i] = Check(families[i]);
                 }
               });

  GroundFindings findings;
  for (size_t i = 0; i < families.size(); ++i) {
    ++findings.parent_count;
    const int64_t undrawn = CountUndrawn(families[i]);
    if (undrawn > 0) AddUndrawn(city, families[i], undrawn, &findings);
    findings.proved_parent_count += undrawn == 0 && found[i].proved ? 1 : 0;
    findings.sliver_count += found[i].sliver_count;
    findings.sliver_square_meters += found[i].sliver_square_meters;
    for (const geo::Patch& patch : found[i].patches) {
      findings.faults.push_back(ToFault(city, families[i], patch));
    }
  }
  FindOrphans(city, &findings);
  return findings;
}

}  // namespace wangge::city
