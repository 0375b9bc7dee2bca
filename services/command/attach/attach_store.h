// Deliveries on their way to recipients: what is new, what waits, and what
// became of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/command/attach/wire.h"

namespace wangge::command {

// The order of deliveries: transaction id, then number; as in the cases feed.
struct Position {
  uint64_t xid = 0;
  int64_t delivery_no = 0;
  auto operator<=>(const Position&) const = default;  // NOLINT
};

// `734.42`, as streams get it for a cursor.
std::string FormatPosition(const Position& position);
// Nothing when the text is no position.
std::optional<Position> ParsePosition(const std::string& text);

// A new delivery with everybody it is for.
struct Handout {
  Position position;
  std::string cursor;  // The position as text.
  v1::Channel channel = v1::CHANNEL_PUSH;
  v1::DeliveryKind kind = v1::DELIVERY_KIND_UNSPECIFIED;
  std::vector<std::string> recipient_ids;
  std::optional<absl::Time> expire_time;
  std::optional<absl::Time> report_time;
  EncodedDelivery delivery;
};

// What waits for a recipient is wanted: deliveries after `after_no` that came
// after `from` and not after `to`.
struct Wanted {
  std::string recipient_id;
  int64_t after_no = 0;
  Position from;
  Position to;
  v1::Channel channel = v1::CHANNEL_PUSH;
};

// Thread-safe.
class AttachStore {
 public:
  explicit AttachStore(db::Pool* pool) : pool_(*pool) {}

  // In order of their positions; none that an earlier one can still follow.
  absl::StatusOr<std::vector<Handout>> HandoutsAfter(const Position& position,
                                                     int limit,
                                                     absl::Time deadline);
  // The position that every later delivery comes after.
  absl::StatusOr<Position> End(absl::Time deadline);

  // The numbers of what waits at the time `now`, oldest first, for each of the
  // wanted; at most `limit` for each.
  absl::StatusOr<std::vector<std::vector<int64_t>>> Pending(
      const std::vector<Wanted>& wanted, int limit, absl::Time now,
      absl::Time deadline);
  absl::StatusOr<std::vector<EncodedDelivery>> Deliveries(
      const std::vector<int64_t>& delivery_nos, absl::Time deadline);

  // What is no delivery of the recipient is left out.
  absl::Status RecordReceipts(const std::vector<v1::Receipt>& receipts,
                              absl::Time now, absl::Time deadline);
  // Deliveries went out to recipients at a time: remembered where no receipt
  // has come.
  absl::Status RecordSent(const std::vector<int64_t>& delivery_nos,
                          const std::vector<std::string>& recipient_ids,
                          const std::vector<absl::Time>& times,
                          absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::command
