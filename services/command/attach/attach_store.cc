#include "services/command/attach/attach_store.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
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

absl::StatusOr<std::vector<Handout>> AttachStore::HandoutsAfter(
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

absl::StatusOr<Position> AttachStore::End(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDeliveryEnd, {}, deadline));
  return Position{static_cast<uint64_t>(rows.Int(0, "xid")),
                  std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::vector<std::vector<int64_t>>> AttachStore::Pending(
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

absl::StatusOr<std::vector<EncodedDelivery>> AttachStore::Deliveries(
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

absl::Status AttachStore::RecordReceipts(
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

absl::Status AttachStore::RecordSent(
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
