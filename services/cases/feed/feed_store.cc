#include "services/cases/feed/feed_store.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "rpc/bytes.h"
#include "services/cases/domain/apply.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {

absl::StatusOr<std::vector<FeedItem>> FeedStore::EventsAfter(
    FeedCursor cursor, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectEvents,
                                                    {absl::StrCat(cursor.xid),
                                                     cursor.position, limit},
                                                    deadline));
  std::vector<FeedItem> items;
  v1::FeedEvent around;  // The event itself is stored as it is sent.
  for (int i = 0; i < rows.size(); ++i) {
    FeedItem& item = items.emplace_back();
    item.cursor = CursorOf(rows, i);
    around.set_cursor(item.cursor.ToText());
    around.set_title(rows.Text(i, "title"));
    around.set_state(static_cast<CaseState>(rows.Int(i, "state")));
    around.set_accountable_unit_id(rows.Text(i, "accountable_unit_id"));
    item.bytes = around.SerializeAsString();
    rpc::AppendField(v1::FeedEvent::kEventFieldNumber, rows.Bytes(i, "body"),
                     &item.bytes);
  }
  return items;
}

absl::StatusOr<std::vector<FeedItem>> FeedStore::FeedbackAfter(
    FeedCursor cursor, const std::string& source_id, int limit,
    absl::Time deadline) {
  db::Params params = {absl::StrCat(cursor.xid), cursor.position, limit};
  if (!source_id.empty()) params.emplace_back(source_id);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(source_id.empty() ? sql::kSelectFeedback
                                                 : sql::kSelectFeedbackOfSource,
                               params, deadline));
  std::vector<FeedItem> items;
  for (int i = 0; i < rows.size(); ++i) {
    FeedItem& item = items.emplace_back();
    item.cursor = CursorOf(rows, i);
    item.source_id = rows.Text(i, "source_id");
    item.bytes = rows.Bytes(i, "body");
    rpc::AppendField(v1::Feedback::kCursorFieldNumber, item.cursor.ToText(),
                     &item.bytes);
  }
  return items;
}

absl::StatusOr<FeedCursor> FeedStore::FeedEnd(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectFeedEnd, {}, deadline));
  return FeedCursor{static_cast<uint64_t>(rows.Int(0, "xid")),
                    std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::string> FeedStore::Acknowledge(const std::string& source_id,
                                                   const std::string& cursor,
                                                   absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kAcknowledgeFeedback, {source_id, cursor}, deadline));
  return rows.Text(0, "cursor");
}

absl::StatusOr<std::string> FeedStore::Acknowledged(
    const std::string& source_id, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectFeedbackCursor,
                                                    {source_id}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

absl::StatusOr<v1::ListOwedFeedbackResponse> FeedStore::OwedFeedback(
    const std::string& source_id, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectOwedFeedback,
                                                    {source_id}, deadline));
  v1::ListOwedFeedbackResponse response;
  for (int row = 0; row < rows.size(); ++row) {
    auto& source = *response.add_sources();
    source.set_source_id(rows.Text(row, "source_id"));
    source.set_acknowledged_cursor(rows.Text(row, "cursor"));
    source.set_owed_count(rows.Int(row, "owed_count"));
    if (rows.IsNull(row, "body")) continue;
    ASSIGN_OR_RETURN(*source.mutable_oldest(),
                     Parse<v1::Feedback>(rows, row, "body"));
  }
  return response;
}

}  // namespace wangge::cases
