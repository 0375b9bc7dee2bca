// RPCs about change sets: proposed by one person, approved by another.
#pragma once

#include "rpc/unary.h"
#include "services/registry/registry.h"

namespace wangge::registry {

absl::StatusOr<v1::ChangeSet> ProposeChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::ProposeChangeSetRequest& request);

absl::StatusOr<v1::ChangeSet> ProposeRollback(
    Registry& registry, const rpc::Call& call,
    const v1::ProposeRollbackRequest& request);

absl::StatusOr<v1::ChangeSet> ApproveChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::ApproveChangeSetRequest& request);

absl::StatusOr<v1::ChangeSet> RejectChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::RejectChangeSetRequest& request);

absl::StatusOr<v1::ChangeSet> GetChangeSet(
    Registry& registry, const rpc::Call& call,
    const v1::GetChangeSetRequest& request);

absl::StatusOr<v1::ListChangeSetsResponse> ListChangeSets(
    Registry& registry, const rpc::Call& call,
    const v1::ListChangeSetsRequest& request);

}  // namespace wangge::registry
