// The simulated city: Zhengzhou's shape with its real district names and codes,
// and invented names below. Deterministic by seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "city/city.h"

namespace wangge::citysim {

// How many grids of each kind.
struct Scale {
  int streets = 215;
  int communities = 3530;
  int compounds = 19582;
  int micro_grids = 47188;
  int dedicated = 4835;

  static Scale Full() { return {}; }
  // Ten times Zhengzhou.
  static Scale Tenfold() { return {2150, 35300, 195820, 471880, 48350}; }
  // Two streets a district and a few grids in each.
  static Scale Small() { return {32, 96, 288, 576, 40}; }
};

// A private key of a simulated reviewer, who signs as a person would.
struct ReviewerKey {
  std::string officer_id;
  std::string private_key;  // 32 bytes.
};

struct SimulatedCity {
  city::RowMap rows;
  std::vector<ReviewerKey> reviewer_keys;
};

SimulatedCity MakeCity(const Scale& scale, uint32_t seed);

}  // namespace wangge::citysim
