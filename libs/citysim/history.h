// What people of the simulated city said in the years before: the texts that
// its model is trained on, besides the first half of each category's phrases.
#pragma once

#include <vector>

namespace wangge::citysim {

struct PastMatters {
  const char* category_code;
  std::vector<const char*> texts;
};

// Other words than those that days are played with.
const std::vector<PastMatters>& History();

}  // namespace wangge::citysim
