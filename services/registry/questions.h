// Questions about the city at a version: pure functions.
#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "city/city.h"
#include "services/registry/validate.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

// Who is responsible at `time`. Errors as RegistryService.WhoIsResponsible.
absl::StatusOr<v1::WhoIsResponsibleResponse> ResponsibleFor(
    const city::City& city, const v1::WhoIsResponsibleRequest& request,
    absl::Time time);

// A page of what leads from one city to another, in order of the rows' keys.
// `request` is what the page answers, for its token.
absl::StatusOr<v1::DiffCityVersionsResponse> Diff(
    const city::City& from, const city::City& to,
    const v1::DiffCityVersionsRequest& request, const DifferencePage& page);

}  // namespace wangge::registry
