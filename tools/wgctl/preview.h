// `city preview`: what a change set of the registry would change, as routing
// answers it.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/client.h"

namespace wangge::wgctl {

// Prints which open cases, which of the last 30 days' reports and which places
// would change unit, the load of units before and after, and cells that would
// lose their unit. As JSON one object. As the officer when one is named, else
// as the city's engineer.
absl::Status Preview(client::Client& client, const std::string& officer,
                     const std::string& change_set_id);

}  // namespace wangge::wgctl
