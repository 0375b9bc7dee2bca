// What an address says beside the names in it.
#pragma once

#include <cstddef>
#include <vector>

#include "text/normal_text.h"

namespace wangge::routing {

// A side of the sky; 0 degrees is north.
enum class Side { kNone, kNorth, kEast, kSouth, kWest };
double BearingDegrees(Side side);

// What follows a name in an address.
struct AddressDetail {
  int house_number = 0;     // `126号` right behind the name; 0: none.
  Side side = Side::kNone;  // Of a gate (北门) or a direction (向北, 路东).
  double meters = 0;        // `向北300米`; 0: none.
  bool opposite = false;    // 对面
  bool near = false;        // 附近, 旁边
  bool crossing = false;    // 交叉口, 路口

  // The spot is not the named one, but lies somewhere by it.
  bool IsRelative() const { return opposite || near || meters > 0; }
};

// Reads what stands in normalised text from `begin` up to `end`, which is where
// the next name begins.
AddressDetail ReadDetail(const std::vector<char32_t>& text, size_t begin,
                         size_t end);

// What the model of districts reads: the address and, once more, its words
// without numbers, gates and directions, so that what names the place counts
// most.
text::NormalText TextForDistricts(const text::NormalText& address);

}  // namespace wangge::routing
