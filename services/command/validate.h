// What requests must fulfil before anything is looked up. Every fault is named
// by its field.
#pragma once

#include "absl/status/status.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

absl::Status Validate(const v1::CreateInstructionRequest& r);
absl::Status Validate(const v1::ReleaseInstructionRequest& r);
absl::Status Validate(const v1::CancelInstructionRequest& r);
absl::Status Validate(const v1::GetInstructionRequest& r);
absl::Status Validate(const v1::ListInstructionsRequest& r);
absl::Status Validate(const v1::PreviewAudienceRequest& r);
absl::Status Validate(const v1::WatchReachRequest& r);
absl::Status Validate(const v1::ListUnreachedRequest& r);
absl::Status Validate(const v1::ReportHouseholdsRequest& r);
absl::Status Validate(const v1::WatchMobilisationRequest& r);
absl::Status Validate(const v1::ListMicroGridsRequest& r);
absl::Status Validate(const v1::ImportCapRequest& r);
absl::Status Validate(const v1::ExportCapRequest& r);

// The page size that holds; 100 when a request does not say.
int PageSize(int asked);

}  // namespace wangge::command
