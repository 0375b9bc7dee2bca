// The registry's current city, whole.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "client/client.h"

namespace wangge::client {

// Reads it from the registry, as the city's engineer, within the client's time.
// UNAVAILABLE when the registry ends before all of it has come, NOT_FOUND when
// no city was imported yet.
absl::StatusOr<std::shared_ptr<const city::City>> FetchCity(Client& client);

}  // namespace wangge::client
