// The unary methods of RoutingService: what each requires of its request, and
// what it answers. Errors as the contract says.
#pragma once

#include "absl/status/statusor.h"
#include "errors/errors.h"
#include "rpc/unary.h"
#include "services/routing/deps.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

// How long an analysis of a whole city may take.
inline constexpr absl::Duration kAnalysisTime = absl::Minutes(2);

inline constexpr int kMaxMatters = 1000;  // Of one message.

// Adds what is wrong with a matter; `field` is its name in the request.
void CheckMatter(const std::string& field, const v1::Matter& matter,
                 errors::Violations* violations);

absl::Status Validate(const v1::RouteMattersRequest& request);
absl::StatusOr<v1::RouteMattersResponse> RouteMatters(
    RoutingDeps& deps, const rpc::Call& call,
    const v1::RouteMattersRequest& request);

absl::Status Validate(const v1::PreviewChangeRequest& request);
absl::StatusOr<v1::PreviewChangeResponse> PreviewChange(
    RoutingDeps& deps, const rpc::Call& call,
    const v1::PreviewChangeRequest& request);

absl::Status Validate(const v1::LintRulesRequest& request);
absl::StatusOr<v1::LintRulesResponse> LintRules(
    RoutingDeps& deps, const rpc::Call& call,
    const v1::LintRulesRequest& request);

}  // namespace wangge::routing
