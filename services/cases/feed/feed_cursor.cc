#include "services/cases/feed/feed_cursor.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "absl/strings/str_format.h"
#include "errors/errors.h"

namespace wangge::cases {

std::string FeedCursor::ToText() const {
  return absl::StrFormat("%016x%016x", xid, position);
}

absl::StatusOr<FeedCursor> FeedCursor::FromText(const std::string& field,
                                                const std::string& text) {
  FeedCursor cursor;
  if (text.empty()) return cursor;
  const bool well_formed =
      text.size() == 32 &&
      std::all_of(text.begin(), text.end(),
                  [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (!well_formed) {
    errors::Violations v;
    v.Add(field, "is not a cursor of this feed; send one that was received");
    return v.ToStatus();
  }
  cursor.xid = std::strtoull(text.substr(0, 16).c_str(), nullptr, 16);
  cursor.position = std::strtoll(text.substr(16).c_str(), nullptr, 16);
  return cursor;
}

}  // namespace wangge::cases
