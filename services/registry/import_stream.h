// Gathers the rows of an import, then runs it on a worker.
#pragma once

#include <functional>
#include <string>

#include "city/rows.h"
#include "grpcpp/support/server_callback.h"
#include "rpc/runtime.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

using ImportHandler = std::function<absl::StatusOr<v1::ImportCityResponse>(
    const city::RowMap& rows, const std::string& comment)>;

// The reactor of one call, which deletes itself. `runtime` and `response` must
// outlive it.
grpc::ServerReadReactor<v1::ImportCityRequest>* NewImportStream(
    rpc::Runtime* runtime, const std::string& author, ImportHandler handler,
    v1::ImportCityResponse* response);

}  // namespace wangge::registry
