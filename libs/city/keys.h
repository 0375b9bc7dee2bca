// Keys and numbers by which a city looks things up, shared by CityMaker and
// City.
#pragma once

#include <cmath>
#include <compare>
#include <string>

#include "absl/strings/str_cat.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

// A grid's number in the polygon index: layer, level, position. Greater within
// a layer means deeper, told without a look at the grids.
inline constexpr int kLayerShift = 28;
inline constexpr int kLevelShift = 24;
inline constexpr int kPositionMask = (1 << kLevelShift) - 1;

inline int NumberOf(const registry::v1::Grid& grid, int position) {
  return static_cast<int>(grid.layer()) << kLayerShift |
         static_cast<int>(grid.level()) << kLevelShift | position;
}

inline std::string DutyKey(absl::string_view function,
                           absl::string_view grid_id) {
  return absl::StrCat(function, "@", grid_id);
}

// Cells of a hundredth of a degree, about a kilometre, in which assets and
// places are kept.
struct GroundCell {
  static constexpr double kSideE7 = 1e5;

  int row = 0;
  int column = 0;

  auto operator<=>(const GroundCell&) const = default;  // NOLINT

  static GroundCell At(double latitude_e7, double longitude_e7) {
    return {static_cast<int>(std::floor(latitude_e7 / kSideE7)),
            static_cast<int>(std::floor(longitude_e7 / kSideE7))};
  }
  // Of an asset or a place.
  template <typename T>
  static GroundCell Of(const T& row) {
    return At(row.latitude_e7(), row.longitude_e7());
  }
  // `what` lies there: a category's assets, or places for an empty text.
  std::string Key(absl::string_view what) const {
    return absl::StrCat(what, "@", row, ",", column);
  }
};

// Calls `visit` with every cell from one corner to the other.
template <typename Visit>
void ForEachCell(const GroundCell& first, const GroundCell& last,
                 const Visit& visit) {
  for (GroundCell cell = first; cell.row <= last.row; ++cell.row) {
    for (cell.column = first.column; cell.column <= last.column;
         ++cell.column) {
      visit(cell);
    }
  }
}

}  // namespace wangge::city
