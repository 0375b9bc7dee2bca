// What requests about instructions must fulfil before anything is looked up.
// INVALID_ARGUMENT names every fault by its field.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "rpc/page.h"
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

// By number, the latest first.
using InstructionPage = rpc::Page<int64_t>;
inline constexpr rpc::PageSizes kInstructionPages{.default_size = 100,
                                                  .max_size = 500};
// By id.
using RecipientPage = rpc::Page<std::string>;
inline constexpr rpc::PageSizes kRecipientPages{.default_size = 100,
                                                .max_size = 1000};

}  // namespace wangge::command
