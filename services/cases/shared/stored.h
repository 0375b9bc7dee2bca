// Reading what the tables of cases hold: messages, and places in a feed.
#pragma once

#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "db/pool.h"
#include "services/cases/feed/feed_cursor.h"

namespace wangge::cases {

// The message in a column; DATA_LOSS when it cannot be read.
template <typename Message>
absl::StatusOr<Message> Parse(const db::Rows& rows, int row,
                              const char* column) {
  Message message;
  if (message.ParseFromString(rows.Bytes(row, column))) return message;
  return absl::DataLossError(
      absl::StrCat("a stored ", message.GetTypeName(), " cannot be read"));
}

// The messages in column `body` of all rows.
template <typename Message>
absl::StatusOr<std::vector<Message>> ParseAll(const db::Rows& rows) {
  std::vector<Message> messages;
  for (int row = 0; row < rows.size(); ++row) {
    ASSIGN_OR_RETURN(Message message, Parse<Message>(rows, row, "body"));
    messages.push_back(std::move(message));
  }
  return messages;
}

// The cursor that two columns hold.
inline FeedCursor CursorOf(const db::Rows& rows, int row,
                           const char* xid = "xid",
                           const char* position = "position") {
  return {static_cast<uint64_t>(rows.Int(row, xid)), rows.Int(row, position)};
}

}  // namespace wangge::cases
