// How the pages of lists are sized.
#pragma once

#include <algorithm>
#include <cstdint>

namespace wangge::cases {

// The rows of a page: 0 means 50, more than 1,000 is taken as 1,000.
inline int PageLimit(int32_t page_size) {
  return page_size == 0 ? 50 : std::min(page_size, 1000);
}

}  // namespace wangge::cases
