#include "services/command/inbox/inbox_store.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

absl::StatusOr<EncodedDelivery> EncodedOf(const db::Rows& rows, int row) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(rows.Bytes(row, "body"))) {
    return absl::DataLossError("a stored delivery cannot be read");
  }
  return Encode(rows.Int(row, "delivery_no"), std::move(delivery));
}

std::optional<absl::Time> TimeIfAny(const db::Rows& rows, int row,
                                    const char* column) {
  if (rows.IsNull(row, column)) return std::nullopt;
  return rows.TimeOfMicros(row, column);
}

}  // namespace

std::string FormatPosition(const Position& position) {
  return absl::StrCat(position.xid, ".", position.delivery_no);
}

std::optional<Position> ParsePosition(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  Position position;
  if (parts.size() != 2 || !absl::SimpleAtoi(parts[0], &position.xid) ||
      !absl::SimpleAtoi(parts[1], &position.delivery_no) ||
      position.delivery_no < 0) {
    return std::nullopt;
  }
  return position;
}

absl::StatusOr<absl::Time> InboxStore::Now(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectTime, {}, deadline));
  return rows.TimeOfMicros(0, "micros");
}

absl::StatusOr<bool> InboxStore::AddTasks(const TaskPage& page,
                                          const std::string& cursor_before,
                                          const std::string& cursor,
                                          absl::Time deadline) {
  db::TextArray origins, subjects, recipient_origins, recipient_ids;
  db::IntArray kinds;
  db::TimeArray report_times;
  db::BytesArray bodies;
  for (const Task& task : page.tasks) {
    origins.Add(task.origin);
    kinds.Add(task.delivery.kind());
    subjects.Add(task.delivery.subject_id());
    task.report_time ? report_times.Add(*task.report_time)
                     : report_times.AddNull();
    bodies.Add(task.delivery.SerializeAsString());
    for (const std::string& recipient_id : task.recipient_ids) {
      recipient_origins.Add(task.origin);
      recipient_ids.Add(recipient_id);
    }
  }
  db::TextArray ended;
  db::TimeArray end_times;
  db::IntArray all_kinds;
  for (const auto& [case_no, end] : page.ends) {
    ended.Add(case_no);
    end_times.Add(end.time);
    all_kinds.Add(end.all_kinds ? 1 : 0);
  }
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kInsertTasks,
                               {cursor_before, cursor, origins, kinds, subjects,
                                report_times, bodies, recipient_origins,
                                recipient_ids, ended, end_times, all_kinds},
                               deadline));
  // A statement that is repeated after a broken connection finds its own move.
  if (rows.Int(0, "moved") > 0) return true;
  ASSIGN_OR_RETURN(const std::string standing, CaseFeedCursor(deadline));
  return standing == cursor;
}

absl::StatusOr<int64_t> InboxStore::DeleteEndedTasks(absl::Time time, int limit,
                                                     absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kDeleteEndedTasks,
                                                    {time, limit}, deadline));
  return rows.Int(0, "deleted");
}

absl::StatusOr<std::string> InboxStore::CaseFeedCursor(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCaseFeedCursor, {}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

absl::StatusOr<std::vector<Handout>> InboxStore::HandoutsAfter(
    const Position& position, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectNewDeliveries,
                  {absl::StrCat(position.xid), position.delivery_no, limit},
                  deadline));
  std::vector<Handout> handouts;
  for (int i = 0; i < rows.size(); ++i) {
    Handout& handout = handouts.emplace_back();
    handout.position = {static_cast<uint64_t>(rows.Int(i, "xid")),
                        rows.Int(i, "delivery_no")};
    handout.cursor = FormatPosition(handout.position);
    handout.channel = static_cast<v1::Channel>(rows.Int(i, "channel"));
    handout.kind = static_cast<v1::DeliveryKind>(rows.Int(i, "kind"));
    handout.recipient_ids =
        absl::StrSplit(rows.Text(i, "recipient_ids"), ',', absl::SkipEmpty());
    handout.expire_time = TimeIfAny(rows, i, "expire_micros");
    handout.report_time = TimeIfAny(rows, i, "report_micros");
    ASSIGN_OR_RETURN(handout.delivery, EncodedOf(rows, i));
  }
  return handouts;
}

absl::StatusOr<Position> InboxStore::End(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDeliveryEnd, {}, deadline));
  return Position{static_cast<uint64_t>(rows.Int(0, "xid")),
                  std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::vector<std::vector<int64_t>>> InboxStore::Pending(
    const std::vector<Wanted>& wanted, int limit, absl::Time now,
    absl::Time deadline) {
  db::TextArray recipients, from_xids, to_xids;
  db::IntArray after, from_nos, to_nos, channels;
  for (const Wanted& w : wanted) {
    recipients.Add(w.recipient_id);
    after.Add(w.after_no);
    from_xids.Add(absl::StrCat(w.from.xid));
    from_nos.Add(w.from.delivery_no);
    to_xids.Add(absl::StrCat(w.to.xid));
    to_nos.Add(w.to.delivery_no);
    channels.Add(w.channel);
  }
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectPending,
                               {recipients, after, from_xids, from_nos, to_xids,
                                to_nos, channels, now, limit},
                               deadline));
  std::vector<std::vector<int64_t>> pending(wanted.size());
  for (int i = 0; i < rows.size(); ++i) {
    pending[static_cast<size_t>(rows.Int(i, "ordinal") - 1)].push_back(
        rows.Int(i, "delivery_no"));
  }
  return pending;
}

absl::StatusOr<std::vector<EncodedDelivery>> InboxStore::Deliveries(
    const std::vector<int64_t>& delivery_nos, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDeliveries,
                               {db::IntArray(delivery_nos)}, deadline));
  std::vector<EncodedDelivery> deliveries;
  for (int i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(deliveries.emplace_back(), EncodedOf(rows, i));
  }
  return deliveries;
}

absl::Status InboxStore::RecordReceipts(
    const std::vector<v1::Receipt>& receipts, absl::Time now,
    absl::Time deadline) {
  db::IntArray numbers, kinds;
  db::TextArray recipients, reasons;
  for (const v1::Receipt& receipt : receipts) {
    numbers.Add(DeliveryNo(receipt.delivery_id()));
    recipients.Add(receipt.recipient_id());
    kinds.Add(receipt.kind());
    reasons.Add(receipt.reason());
  }
  return pool_
      .Query(sql::kRecordReceipts, {now, numbers, recipients, kinds, reasons},
             deadline)
      .status();
}

absl::Status InboxStore::RecordSent(
    const std::vector<int64_t>& delivery_nos,
    const std::vector<std::string>& recipient_ids,
    const std::vector<absl::Time>& times, absl::Time deadline) {
  db::IntArray numbers;
  db::TextArray recipients;
  db::TimeArray sent;
  for (size_t i = 0; i < delivery_nos.size(); ++i) {
    numbers.Add(delivery_nos[i]);
    recipients.Add(recipient_ids[i]);
    sent.Add(times[i]);
  }
  return pool_.Query(sql::kRecordSent, {numbers, recipients, sent}, deadline)
      .status();
}

}  // namespace wangge::command
