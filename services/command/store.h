// The tables of command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/command/domain/task.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// The order of deliveries: transaction id, then number; as in the cases feed.
struct DeliveryCursor {
  uint64_t xid = 0;
  int64_t delivery_no = 0;
  auto operator<=>(const DeliveryCursor&) const = default;
};

// A delivery as stored, with everybody it is for.
struct StoredDelivery {
  DeliveryCursor cursor;
  std::vector<std::string> recipient_ids;
  std::optional<absl::Time> report_time;
  v1::Delivery delivery;  // With its id, without recipients.
};

// Where a page of what waits for recipients ended.
struct PendingCursor {
  int64_t delivery_no = 0;
  std::string recipient_id;
};

// An instruction as stored.
struct StoredInstruction {
  v1::Instruction instruction;  // With its reach.
  std::string release_request_id;
};

// Thread-safe.
class Store {
 public:
  explicit Store(db::Pool* pool) : pool_(*pool) {}

  // Makes tasks and remembers how far the cases feed was read, in one
  // statement.
  absl::Status AddTasks(const std::vector<Task>& tasks,
                        const std::string& cursor, absl::Time deadline);
  // Empty when nothing was read yet.
  absl::StatusOr<std::string> CaseFeedCursor(absl::Time deadline);

  // The instruction an earlier request made, if any. REQUEST_ID_REUSED when its
  // body was another one.
  absl::StatusOr<std::optional<std::string>> FindRequest(
      const std::string& caller, const std::string& request_id,
      const std::string& digest, absl::Time deadline);
  absl::Status AddInstruction(const v1::Instruction& instruction,
                              const std::string& caller,
                              const std::string& request_id,
                              const std::string& digest, absl::Time deadline);
  // False when it was released already.
  absl::StatusOr<bool> Release(const v1::Instruction& released,
                               const std::string& request_id,
                               const std::vector<std::string>& recipient_ids,
                               absl::Time deadline);
  absl::StatusOr<StoredInstruction> GetInstruction(const std::string& id,
                                                   absl::Time deadline);

  absl::StatusOr<std::vector<StoredDelivery>> DeliveriesAfter(
      DeliveryCursor cursor, int limit, absl::Time deadline);
  absl::StatusOr<DeliveryCursor> DeliveryEnd(absl::Time deadline);
  // A page of what waits for recipients after `*cursor`, oldest first; each
  // delivery names those of them it is for. Moves the cursor; empty at the end.
  absl::StatusOr<std::vector<v1::Delivery>> Pending(
      const std::vector<std::string>& recipient_ids, int limit, absl::Time now,
      absl::Time deadline, PendingCursor* cursor);
  absl::Status RecordReceipts(const std::vector<v1::Receipt>& receipts,
                              absl::Time now, absl::Time deadline);

 private:
  db::Pool& pool_;
};

// `000000000042` for 42: increases as text.
std::string DeliveryId(int64_t delivery_no);
// 0 when it is no delivery id.
int64_t DeliveryNo(const std::string& delivery_id);

}  // namespace wangge::command
