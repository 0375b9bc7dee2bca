// Writing and releasing instructions.
#pragma once

#include "absl/status/statusor.h"
#include "city/city.h"
#include "services/command/store.h"

namespace wangge::command {

absl::Status Validate(const v1::CreateInstructionRequest& r);
absl::Status Validate(const v1::ReleaseInstructionRequest& r);
absl::Status Validate(const v1::GetInstructionRequest& r);

// Writes an instruction; below district scope it is released at once. A repeat
// returns the instruction the first call made.
absl::StatusOr<v1::Instruction> CreateInstruction(
    const v1::CreateInstructionRequest& request, const std::string& officer_id,
    const city::City& city, absl::Time now, absl::Time deadline, Store* store);

// Releases an instruction that waits for a second person: the audience is
// resolved and frozen.
absl::StatusOr<v1::Instruction> ReleaseInstruction(
    const v1::ReleaseInstructionRequest& request, const std::string& officer_id,
    const city::City& city, absl::Time now, absl::Time deadline, Store* store);

}  // namespace wangge::command
