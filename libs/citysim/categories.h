// The simulated city's categories, with who is responsible and how people speak
// of them.
#pragma once

#include <string>
#include <vector>

#include "wangge/registry/v1/city.pb.h"

namespace wangge::citysim {

// Who is responsible for a category.
struct Duty {
  const char* function;
  common::v1::UnitLevel level;
  const char* basis;
};

struct CategorySpec {
  const char* code;
  const char* name;
  bool asset;
  common::v1::Urgency urgency;
  int handle_limit_minutes;
  bool department_only;
  std::vector<const char*> keywords;
  Duty lead;
  std::vector<Duty> co_handlers;
  // What people say; the model is trained on the first half of them and the
  // days are played with the second.
  std::vector<const char*> phrases;
};

const std::vector<CategorySpec>& Categories();

}  // namespace wangge::citysim
