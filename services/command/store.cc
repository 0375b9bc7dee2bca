#include "services/command/store.h"

#include <limits>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

absl::StatusOr<v1::Delivery> ParseDelivery(const db::Rows& rows, int row) {
  v1::Delivery delivery;
  if (!delivery.ParseFromString(rows.Bytes(row, "body"))) {
    return absl::DataLossError("a stored delivery cannot be read");
  }
  delivery.set_delivery_id(DeliveryId(rows.Int(row, "delivery_no")));
  return delivery;
}

}  // namespace

std::string DeliveryId(int64_t delivery_no) {
  return absl::StrFormat("%015d", delivery_no);
}

int64_t DeliveryNo(const std::string& delivery_id) {
  int64_t number = 0;
  return absl::SimpleAtoi(delivery_id, &number) && number > 0 ? number : 0;
}

absl::Status Store::AddTasks(const std::vector<Task>& tasks,
                             const std::string& cursor, absl::Time deadline) {
  db::Array origins, kinds, subjects, report_times, bodies;
  db::Array recipient_origins, recipient_ids;
  for (const Task& task : tasks) {
    origins.Add(task.origin);
    kinds.AddInt(task.delivery.kind());
    subjects.Add(task.delivery.subject_id());
    task.report_time ? report_times.AddTime(*task.report_time)
                     : report_times.AddNull();
    bodies.AddBytes(task.delivery.SerializeAsString());
    for (const std::string& recipient_id : task.recipient_ids) {
      recipient_origins.Add(task.origin);
      recipient_ids.Add(recipient_id);
    }
  }
  return pool_
      .Query(sql::kInsertTasks,
             {cursor, origins, kinds, subjects, report_times, bodies,
              recipient_origins, recipient_ids},
             deadline)
      .status();
}

absl::StatusOr<std::string> Store::CaseFeedCursor(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectCaseFeedCursor, {}, deadline));
  return rows.empty() ? "" : rows.Text(0, "cursor");
}

absl::StatusOr<std::optional<std::string>> Store::FindRequest(
    const std::string& caller, const std::string& request_id,
    const std::string& digest, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kFindInstructionRequest,
                               {caller, request_id}, deadline));
  if (rows.empty()) return std::optional<std::string>();
  if (rows.Bytes(0, "digest") != digest) {
    return errors::RequestIdReused(request_id);
  }
  return std::optional<std::string>(rows.Text(0, "instruction_id"));
}

absl::Status Store::AddInstruction(const v1::Instruction& instruction,
                                   const std::string& caller,
                                   const std::string& request_id,
                                   const std::string& digest,
                                   absl::Time deadline) {
  return pool_
      .Query(
          sql::kInsertInstruction,
          {instruction.instruction_id(), caller, request_id,
           db::Param::Bytes(digest), static_cast<int64_t>(instruction.state()),
           db::Param::Bytes(instruction.SerializeAsString())},
          deadline)
      .status();
}

absl::StatusOr<bool> Store::Release(
    const v1::Instruction& released, const std::string& request_id,
    const std::vector<std::string>& recipient_ids, absl::Time deadline) {
  v1::Delivery delivery;
  delivery.set_kind(v1::DELIVERY_KIND_INSTRUCTION);
  delivery.set_subject_id(released.instruction_id());
  delivery.set_title(released.title());
  delivery.set_text(released.text());
  delivery.set_mode(released.mode());
  *delivery.mutable_create_time() = released.release_time();
  *delivery.mutable_expire_time() = released.expire_time();
  db::Array recipients;
  for (const std::string& id : recipient_ids) recipients.Add(id);
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(
          sql::kReleaseInstruction,
          {released.instruction_id(), static_cast<int64_t>(released.state()),
           db::Param::Bytes(released.SerializeAsString()),
           FromProto(released.release_time()), request_id,
           "instruction/" + released.instruction_id(),
           static_cast<int64_t>(delivery.kind()), released.instruction_id(),
           FromProto(released.expire_time()),
           db::Param::Bytes(delivery.SerializeAsString()), recipients},
          deadline));
  return !rows.empty();
}

absl::StatusOr<StoredInstruction> Store::GetInstruction(const std::string& id,
                                                        absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectInstruction, {id}, deadline));
  if (rows.empty()) return errors::NotFound("instruction", id);
  StoredInstruction stored;
  if (!stored.instruction.ParseFromString(rows.Bytes(0, "body"))) {
    return absl::DataLossError("a stored instruction cannot be read");
  }
  stored.release_request_id = rows.Text(0, "release_request_id");
  if (stored.instruction.has_release_time()) {
    auto& reach = *stored.instruction.mutable_reach();
    reach.set_audience_count(rows.Int(0, "audience_count"));
    reach.set_delivered_count(rows.Int(0, "delivered_count"));
    reach.set_delivered_within_10s_count(rows.Int(0, "within_count"));
    reach.set_acknowledged_count(rows.Int(0, "acknowledged_count"));
  }
  return stored;
}

absl::StatusOr<std::vector<StoredDelivery>> Store::DeliveriesAfter(
    DeliveryCursor cursor, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectNewDeliveries,
                                                    {absl::StrCat(cursor.xid),
                                                     cursor.delivery_no, limit},
                                                    deadline));
  std::vector<StoredDelivery> deliveries;
  for (int i = 0; i < rows.size(); ++i) {
    StoredDelivery& stored = deliveries.emplace_back();
    stored.cursor = {static_cast<uint64_t>(rows.Int(i, "xid")),
                     rows.Int(i, "delivery_no")};
    stored.recipient_ids =
        absl::StrSplit(rows.Text(i, "recipient_ids"), ',', absl::SkipEmpty());
    if (!rows.IsNull(i, "report_micros")) {
      stored.report_time = rows.TimeOfMicros(i, "report_micros");
    }
    ASSIGN_OR_RETURN(stored.delivery, ParseDelivery(rows, i));
  }
  return deliveries;
}

absl::StatusOr<DeliveryCursor> Store::DeliveryEnd(absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectDeliveryEnd, {}, deadline));
  return DeliveryCursor{static_cast<uint64_t>(rows.Int(0, "xid")),
                        std::numeric_limits<int64_t>::max()};
}

absl::StatusOr<std::vector<v1::Delivery>> Store::Pending(
    const std::vector<std::string>& recipient_ids, int limit, absl::Time now,
    absl::Time deadline, PendingCursor* cursor) {
  db::Array recipients;
  for (const std::string& id : recipient_ids) recipients.Add(id);
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectPending,
                               {recipients, now, cursor->delivery_no,
                                cursor->recipient_id, limit},
                               deadline));
  std::vector<v1::Delivery> deliveries;
  for (int i = 0; i < rows.size(); ++i) {
    *cursor = {rows.Int(i, "delivery_no"), rows.Text(i, "recipient_id")};
    const std::string id = DeliveryId(cursor->delivery_no);
    if (deliveries.empty() || deliveries.back().delivery_id() != id) {
      ASSIGN_OR_RETURN(v1::Delivery delivery, ParseDelivery(rows, i));
      deliveries.push_back(std::move(delivery));
    }
    deliveries.back().add_recipient_ids(cursor->recipient_id);
  }
  return deliveries;
}

absl::Status Store::RecordReceipts(const std::vector<v1::Receipt>& receipts,
                                   absl::Time now, absl::Time deadline) {
  db::Array numbers, recipients, kinds;
  for (const v1::Receipt& receipt : receipts) {
    numbers.AddInt(DeliveryNo(receipt.delivery_id()));
    recipients.Add(receipt.recipient_id());
    kinds.AddInt(receipt.kind());
  }
  return pool_
      .Query(sql::kRecordReceipts, {now, numbers, recipients, kinds}, deadline)
      .status();
}

}  // namespace wangge::command
