// The RPCs of instructions.
#include "services/command/instruction/instructions.h"
#include "services/command/instruction/validate.h"

namespace wangge::command {
namespace {

// Large audiences take a while to be written.
constexpr absl::Duration kInstructionCallTime = absl::Seconds(30);

}  // namespace

std::vector<rpc::Row> InstructionRows(Instructions* room) {
  using rpc::kWorker;
  return rpc::RowsOf(
      room,
      {
          {"CreateInstruction", Validate, &CreateInstruction, kWorker,
           kInstructionCallTime},
          {"ReleaseInstruction", Validate, &ReleaseInstruction, kWorker,
           kInstructionCallTime},
          {"CancelInstruction", Validate, &CancelInstruction, kWorker,
           kInstructionCallTime},
          {"ImportCap", Validate, &ImportCap, kWorker, kInstructionCallTime},
          {"GetInstruction", Validate, &GetInstruction, kWorker,
           kInstructionCallTime},
          {"ListInstructions", Validate, &ListInstructions, kWorker,
           kInstructionCallTime},
          {"PreviewAudience", Validate, &PreviewAudience, kWorker,
           kInstructionCallTime},
          {"ListUnreached", Validate, &ListUnreached, kWorker,
           kInstructionCallTime},
          {"ExportCap", Validate, &ExportCap, kWorker, kInstructionCallTime},
          {"WatchReach", Validate, &WatchReach, rpc::kServerStream},
      });
}

}  // namespace wangge::command
