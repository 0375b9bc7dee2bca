// Importing a city: all rows at once, checked whole, one new version.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "services/registry/store.h"

namespace wangge::registry {

struct ImportResult {
  registry::v1::ImportCityResponse response;
  // The city that is current now.
  std::shared_ptr<const city::City> city;
};

// Replaces `current` (null when there is none) by `rows`. A city with the same
// content makes no version.
absl::StatusOr<ImportResult> ImportCity(
    const city::RowMap& rows, const std::string& author,
    const std::string& comment, absl::Time now,
    const std::shared_ptr<const city::City>& current, Store* store,
    absl::Time deadline);

}  // namespace wangge::registry
