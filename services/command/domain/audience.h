// Whom an instruction is for. Pure.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "city/city.h"
#include "errors/errors.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

// Where a post lies: ids of grids, empty where it lies above them.
struct Place {
  std::string district_id;
  std::string street_id;
  std::string community_id;
  auto operator<=>(const Place&) const = default;  // NOLINT
};
Place PlaceOf(const city::Grid& grid, const city::City& city);

// An audience as it is frozen at the release.
struct FrozenAudience {
  std::vector<std::string> recipient_ids;  // Sorted, each once.
  std::vector<int> place_nos;              // Of each; an index of `places`.
  std::vector<Place> places;
};

// Adds what is wrong with an audience as such.
void CheckAudience(const v1::Audience& audience, errors::Violations* v);

// Officers whose post lies in the subtree and who are in all that the audience
// names. When it names functions of units, officers without a post in a grid
// belong to it too, by the grid that their unit serves.
// REQUIRES: the grid exists.
FrozenAudience ResolveAudience(const v1::Audience& audience,
                               const city::City& city);

// A micro-grid that a mobilisation covers.
struct MicroGridTarget {
  std::string grid_id;
  Place place;
  int household_count = 0;
};
// Micro-grids in the subtree, in order of their id.
std::vector<MicroGridTarget> MicroGridsIn(const std::string& subtree_grid_id,
                                          const city::City& city);

// How many an audience has now, and where.
v1::AudiencePreview PreviewOf(const v1::Audience& audience,
                              const city::City& city);

// OK when the officer works in an operation centre whose jurisdiction holds the
// audience's grid. NOT_FOUND when there is no such grid.
absl::Status CheckAuthor(const v1::Audience& audience,
                         const std::string& officer_id, const city::City& city);

// From district scope up the releaser is not the author.
bool NeedsSecondPerson(const v1::Audience& audience, const city::City& city);

}  // namespace wangge::command
