// absl::Status on the wire: code, message and details.
#pragma once

#include "absl/status/status.h"
#include "grpcpp/support/status.h"

namespace wangge::rpc {

// Payloads of google.rpc types become details in google.rpc.Status; the message
// is cut to 1 KiB.
grpc::Status ToGrpc(const absl::Status& status);

// The inverse.
absl::Status FromGrpc(const grpc::Status& status);

}  // namespace wangge::rpc
