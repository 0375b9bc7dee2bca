// Writing, releasing, cancelling and reading instructions.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "city/watch.h"
#include "rpc/rows.h"
#include "services/command/instruction/instruction_store.h"
#include "services/command/progress_watch.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

using ReachWatch = ProgressWatch<v1::Reach>;

// What the handlers rest on. Thread-safe.
struct Instructions {
  // All must outlive it.
  Instructions(InstructionStore* instruction_store,
               const city::Holder* city_holder, const Clock* time);

  InstructionStore& store;
  const city::Holder& city;
  const Clock& clock;
  ReachWatch reach_watch;
};

// The rows of all that follows, and of what is in read_instructions.cc.
std::vector<rpc::Row> InstructionRows(Instructions* room);

// Handlers. Requests are validated before. A repeat returns the instruction
// that the first call made or changed, as it is now.
absl::StatusOr<v1::Instruction> CreateInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::CreateInstructionRequest& r);
absl::StatusOr<v1::Instruction> ReleaseInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::ReleaseInstructionRequest& r);
absl::StatusOr<v1::Instruction> CancelInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::CancelInstructionRequest& r);
absl::StatusOr<v1::Instruction> ImportCap(Instructions& room,
                                          const rpc::Call& call,
                                          const v1::ImportCapRequest& r);

// Handlers that read.
absl::StatusOr<v1::Instruction> GetInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::GetInstructionRequest& r);
absl::StatusOr<v1::ListInstructionsResponse> ListInstructions(
    Instructions& room, const rpc::Call& call,
    const v1::ListInstructionsRequest& r);
absl::StatusOr<v1::AudiencePreview> PreviewAudience(
    Instructions& room, const rpc::Call& call,
    const v1::PreviewAudienceRequest& r);
absl::StatusOr<v1::ListUnreachedResponse> ListUnreached(
    Instructions& room, const rpc::Call& call,
    const v1::ListUnreachedRequest& r);
absl::StatusOr<v1::CapAlert> ExportCap(Instructions& room,
                                       const rpc::Call& call,
                                       const v1::ExportCapRequest& r);
absl::StatusOr<std::shared_ptr<ReachWatch::Stream>> WatchReach(
    Instructions& room, const rpc::Call& call, const v1::WatchReachRequest& r);

// An instruction with its reach so far, if it was released. NOT_FOUND.
absl::StatusOr<v1::Instruction> ReadInstruction(
    InstructionStore& store, const std::string& instruction_id,
    absl::Time deadline);

}  // namespace wangge::command
