// The table of instructions, what they send, and whom they reach.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/command/domain/escalation.h"
#include "services/command/domain/instruction.h"
#include "services/command/domain/release.h"
#include "services/command/domain/timer.h"

namespace wangge::command {

// A request that changes an instruction.
struct Request {
  std::string caller;
  std::string request_id;
  std::string digest;  // Of its method and body.
};

// A page of those whom an instruction did not reach, with ids after `after`.
struct UnreachedPage {
  std::string grid_id;
  std::string after;
  int limit = 0;
};

// Thread-safe.
class InstructionStore {
 public:
  explicit InstructionStore(db::Pool* pool) : pool_(*pool) {}

  // The instruction that an earlier request made or changed, if any.
  // REQUEST_ID_REUSED when that had another body.
  absl::StatusOr<std::optional<std::string>> FindRequest(const Request& request,
                                                         absl::Time deadline);

  // False, and nothing is written, when the request was there before.
  // ALREADY_EXISTS when its alert was imported by another request.
  absl::StatusOr<bool> Add(const v1::Instruction& instruction,
                           const Request& request, absl::Time deadline);
  // NOT_FOUND.
  absl::StatusOr<StoredInstruction> Get(const std::string& instruction_id,
                                        absl::Time deadline);
  // Empty when no instruction was made of the alert.
  absl::StatusOr<std::string> FindCap(const std::string& cap_reference,
                                      absl::Time deadline);
  // The latest first, with numbers before `before_no`.
  struct Listed {
    int64_t instruction_no = 0;
    v1::Instruction instruction;
  };
  absl::StatusOr<std::vector<Listed>> List(
      const std::vector<v1::InstructionState>& states, int64_t before_no,
      int limit, absl::Time deadline);

  // Counts over the receipts. REQUIRES: it was released. Names of grids are
  // left empty.
  absl::StatusOr<v1::Reach> GetReach(const StoredInstruction& stored,
                                     common::v1::GridLevel level,
                                     absl::Time deadline);
  // Names are left empty.
  absl::StatusOr<std::vector<v1::Unreached>> ListUnreached(
      const StoredInstruction& stored, const UnreachedPage& page,
      absl::Time deadline);

  // Each is false when the state of the instruction does not allow it any more.
  absl::StatusOr<bool> Submit(const std::string& instruction_id,
                              const Request& request, absl::Time deadline);
  absl::StatusOr<bool> EndUnreleased(const std::string& instruction_id,
                                     const std::string& reason,
                                     const Request& request, absl::Time now,
                                     absl::Time deadline);
  absl::StatusOr<bool> Send(const Release& release, const Request& request,
                            absl::Time deadline);

  // What a timer does to an instruction, in the transaction that has claimed
  // it.
  struct TimerWork {
    StoredInstruction changed;
    std::vector<Escalation> escalations;
    std::optional<Release> successor;
  };
  using DecideTimer = std::function<TimerWork(
      const StoredInstruction&, const std::vector<std::string>& silent_ids)>;
  // Claims one instruction whose timer is due, decides and writes. `decide` may
  // be called again when the transaction is repeated; the silent are given when
  // the timer escalates. Nothing when no timer is due. A timer that fails rests
  // for a minute, so that it holds up none of those behind it.
  absl::StatusOr<std::optional<StoredInstruction>> FireTimer(
      absl::Time now, const DecideTimer& decide, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::command
