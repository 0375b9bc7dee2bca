// What the row of a case repeats beside its body, for lists, timers and merges
// to look for. Pure.
#pragma once

#include <string>

#include "services/cases/domain/apply.h"
#include "services/cases/domain/statistics.h"

namespace wangge::cases {

struct Columns {
  int64_t version = 0;
  int64_t state = 0;
  std::string district_code;
  std::string category_code;
  std::string street_grid_id;  // Empty when unknown.
  std::string lead_unit_id;    // Empty before a dispatch.
  std::string merge_spot;      // Empty when the case takes no duplicates.
  bool needs_operator = false;
  common::v1::Light light = common::v1::LIGHT_UNSPECIFIED;
  std::string measures;  // What statistics count it under, see ToText.
  absl::Time next_timer = absl::InfiniteFuture();  // No timer runs.
};

Columns ColumnsOf(const Case& c);

// All of them in words, times to the second.
std::string Describe(const Columns& columns);

}  // namespace wangge::cases
