// The RPCs of instructions.
#include "services/command/instruction/instructions.h"
#include "services/command/instruction/validate.h"

namespace wangge::command {
namespace {

// Large audiences take a while to be written.
constexpr absl::Duration kCallTime = absl::Seconds(30);

}  // namespace

std::vector<rpc::Row> InstructionRows(Instructions* room) {
  using rpc::kWorker;
  return rpc::RowsOf(
      room,
      {
          {"CreateInstruction", Validate, &CreateInstruction, kWorker,
           kCallTime},
          {"ReleaseInstruction", Validate, &ReleaseInstruction, kWorker,
           kCallTime},
          {"CancelInstruction", Validate, &CancelInstruction, kWorker,
           kCallTime},
          {"ImportCap", Validate, &ImportCap, kWorker, kCallTime},
          {"GetInstruction", Validate, &GetInstruction, kWorker, kCallTime},
          {"ListInstructions", Validate, &ListInstructions, kWorker, kCallTime},
          {"PreviewAudience", Validate, &PreviewAudience, kWorker, kCallTime},
          {"ListUnreached", Validate, &ListUnreached, kWorker, kCallTime},
          {"ExportCap", Validate, &ExportCap, kWorker, kCallTime},
          {"WatchReach", Validate, &WatchReach, rpc::kServerStream},
      });
}

}  // namespace wangge::command
