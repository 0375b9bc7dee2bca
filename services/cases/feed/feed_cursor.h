// The position in a feed: transaction id and position, as 32 hexadecimal
// digits, so that cursors compare as text. See docs/adr/0003-feeds.md.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace wangge::cases {

struct FeedCursor {
  uint64_t xid = 0;
  int64_t position = 0;

  std::string ToText() const;
  // INVALID_ARGUMENT for `field` when malformed; empty text is the beginning.
  static absl::StatusOr<FeedCursor> FromText(const std::string& field,
                                             const std::string& text);
  auto operator<=>(const FeedCursor&) const = default;  // NOLINT
};

}  // namespace wangge::cases
