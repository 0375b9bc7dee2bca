// What the row of a case repeats beside its body, for lists, timers and merges
// to look for. Pure.
#pragma once

#include <string>

#include "services/cases/domain/apply.h"

namespace wangge::cases {

struct Columns {
  int64_t version = 0;
  int64_t state = 0;
  std::string district_code;
  std::string category_code;
  std::string lead_unit_id;  // Empty before a dispatch.
  std::string merge_spot;    // Empty when the case takes no duplicates.
  bool needs_operator = false;
  absl::Time next_timer = absl::InfiniteFuture();  // No timer runs.
};

Columns ColumnsOf(const Case& c);

// All of them in words, times to the second.
std::string Describe(const Columns& columns);

}  // namespace wangge::cases
