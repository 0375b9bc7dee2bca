// What requests about instructions must fulfil before anything is looked up.
// INVALID_ARGUMENT names every fault by its field.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

absl::Status Validate(const v1::CreateInstructionRequest& r);
absl::Status Validate(const v1::ReleaseInstructionRequest& r);
absl::Status Validate(const v1::CancelInstructionRequest& r);
absl::Status Validate(const v1::GetInstructionRequest& r);
absl::Status Validate(const v1::ListInstructionsRequest& r);
absl::Status Validate(const v1::PreviewAudienceRequest& r);
absl::Status Validate(const v1::WatchReachRequest& r);
absl::Status Validate(const v1::ListUnreachedRequest& r);
absl::Status Validate(const v1::ImportCapRequest& r);
absl::Status Validate(const v1::ExportCapRequest& r);

// The number that a page of ListInstructions comes before; nothing when its
// token is not one of ours.
std::optional<int64_t> ParseListToken(const std::string& token);

}  // namespace wangge::command
