// What requests about mobilisations must fulfil before anything is looked up.
// INVALID_ARGUMENT names every fault by its field.
#pragma once

#include "absl/status/status.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

absl::Status Validate(const v1::ReportHouseholdsRequest& r);
absl::Status Validate(const v1::WatchMobilisationRequest& r);
absl::Status Validate(const v1::ListMicroGridsRequest& r);

}  // namespace wangge::command
