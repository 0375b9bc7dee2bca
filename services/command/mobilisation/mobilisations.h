// Mobilisations: every micro-grid checks its households.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/command/instruction/instruction_store.h"
#include "services/command/instruction/instructions.h"
#include "services/command/instruction/reach_store.h"

namespace wangge::command {

// Requests are validated before. Thread-safe.
class Mobilisations {
 public:
  Mobilisations(InstructionStore* instructions, ReachStore* store)
      : instructions_(*instructions), store_(*store) {}

  absl::StatusOr<v1::MicroGrid> Report(const v1::ReportHouseholdsRequest& r,
                                       const InstructionContext& context);
  absl::StatusOr<v1::ListMicroGridsResponse> List(
      const v1::ListMicroGridsRequest& r, const city::City& city,
      absl::Time deadline);
  // NOT_FOUND when the instruction is no mobilisation that was released.
  absl::StatusOr<StoredInstruction> Find(const std::string& instruction_id,
                                         absl::Time deadline);

 private:
  InstructionStore& instructions_;
  ReachStore& store_;
};

}  // namespace wangge::command
