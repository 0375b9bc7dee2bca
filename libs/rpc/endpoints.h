// Where the services of a suite listen, by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wangge::rpc {

// A service's name, for example `cases`, to its host:port.
using Endpoints = std::map<std::string, std::string>;

// Reads entries of the form name=host:port. INVALID_ARGUMENT says which entry
// is wrong: not of that form, a port that is not 1 to 65535, a name given
// twice.
absl::StatusOr<Endpoints> ParseEndpoints(
    const std::vector<std::string>& entries);

// INVALID_ARGUMENT, with the flag that is to be given, when the name is
// missing.
absl::StatusOr<std::string> FindEndpoint(const Endpoints& endpoints,
                                         const std::string& name);

}  // namespace wangge::rpc
