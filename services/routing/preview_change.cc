#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "services/routing/domain/impact.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"

namespace wangge::routing {

absl::Status Validate(const v1::PreviewChangeRequest& request) {
  errors::Violations v;
  CheckProposal("proposal", request.proposal(), &v);
  return v.ToStatus();
}

absl::StatusOr<v1::PreviewChangeResponse> PreviewChange(
    RoutingDeps& deps, const rpc::Call& call,
    const v1::PreviewChangeRequest& request) {
  ASSIGN_OR_RETURN(const auto current, city::Current(deps.city));
  RETURN_IF_ERROR(RequirePlanner(*current, call.caller));
  const auto slot = deps.analyses.TryTake();
  if (slot == nullptr) return errors::Overloaded(kAnalysisRetryDelay);
  ASSIGN_OR_RETURN(
      const auto proposed,
      ProposedCity(deps, current, request.proposal(), call.deadline));
  return ImpactOf(*current, *proposed, absl::Now());
}

}  // namespace wangge::routing
