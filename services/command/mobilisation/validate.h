// What requests about mobilisations must fulfil before anything is looked up.
// INVALID_ARGUMENT names every fault by its field.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "rpc/page.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

absl::Status Validate(const v1::ReportHouseholdsRequest& r);
absl::Status Validate(const v1::WatchMobilisationRequest& r);
absl::Status Validate(const v1::ListMicroGridsRequest& r);

// By id.
using MicroGridPage = rpc::Page<std::string>;
inline constexpr rpc::PageSizes kMicroGridPages{.default_size = 100,
                                                .max_size = 1000};

}  // namespace wangge::command
