#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "services/routing/domain/lint.h"
#include "services/routing/handlers.h"
#include "services/routing/proposed_city.h"

namespace wangge::routing {
namespace {

constexpr size_t kMaxFindings = 10'000;

}  // namespace

absl::Status Validate(const v1::LintRulesRequest& request) {
  errors::Violations v;
  if (request.has_proposal()) {
    CheckProposal("proposal", request.proposal(), &v);
  }
  return v.ToStatus();
}

absl::StatusOr<v1::LintRulesResponse> LintRules(
    RoutingDeps& deps, const rpc::Call& call,
    const v1::LintRulesRequest& request) {
  ASSIGN_OR_RETURN(const auto current, city::Current(deps.city));
  RETURN_IF_ERROR(RequirePlanner(*current, call.caller));
  const auto slot = deps.analyses.TryTake();
  if (slot == nullptr) return errors::Overloaded(kAnalysisRetryDelay);
  ASSIGN_OR_RETURN(
      const auto city,
      ProposedCity(deps, current, request.proposal(), call.deadline));
  auto findings = Lint(*city);
  v1::LintRulesResponse response;
  response.set_city_version(current->version().version());
  response.set_finding_count(static_cast<int64_t>(findings.size()));
  findings.resize(std::min(findings.size(), kMaxFindings));
  for (auto& finding : findings) {
    *response.add_findings() = std::move(finding);
  }
  return response;
}

}  // namespace wangge::routing
