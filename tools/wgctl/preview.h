// What a change of the city would change: composed from the registry's proposed
// rows, routing's answers with the city as it is and as it would be, and the
// lists of cases.
#pragma once

#include <iosfwd>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "tools/wgctl/client.h"

namespace wangge::wgctl {

// The registry's current city.
absl::StatusOr<std::shared_ptr<const city::City>> FetchCity(Client& client);

// Prints which open cases, which of the last 30 days' reports and which places
// would change unit, the load of units before and after, and cells that would
// lose their unit. As JSON one object.
absl::Status Preview(Client& client, const std::string& change_set_id);

// Prints what a row said and says.
void DescribeRowChange(const city::CityRow& before, const city::CityRow& after,
                       std::ostream& out);

}  // namespace wangge::wgctl
