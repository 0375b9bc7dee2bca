// The city that a proposal would make of the one in force.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "city/city.h"
#include "errors/errors.h"
#include "rpc/unary.h"
#include "services/routing/deps.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

// Adds what is wrong with a proposal; `field` is its name in the request.
void CheckProposal(const std::string& field, const v1::CityProposal& proposal,
                   errors::Violations* violations);

// PERMISSION_DENIED for an officer who does not work in an operation centre.
// Whether others may call is the policy's to say.
absl::Status RequirePlanner(const city::City& city, const rpc::Caller& caller);

// Adds what is wrong with changes; `field` is their name in the request.
void CheckChanges(const std::string& field, const v1::ProposedChanges& changes,
                  errors::Violations* violations);

// `base` with the changes, which were checked. ABORTED when they are based on
// another version, FAILED_PRECONDITION when they make no city.
absl::StatusOr<std::shared_ptr<const city::City>> WithChanges(
    const city::City& base, const v1::ProposedChanges& changes);

// `current` with the proposal, which was checked; change sets and earlier
// versions are read from the registry. Blocks. Errors as
// RoutingService.PreviewChange.
absl::StatusOr<std::shared_ptr<const city::City>> ProposedCity(
    const RoutingDeps& deps, const std::shared_ptr<const city::City>& current,
    const v1::CityProposal& proposal, absl::Time deadline);

}  // namespace wangge::routing
