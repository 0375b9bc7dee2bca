// What requests of the registry must look like: INVALID_ARGUMENT with every
// fault by field.
#pragma once

#include "absl/status/status.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

absl::Status Validate(const v1::GetCityVersionRequest& request);
absl::Status Validate(const v1::ListCityVersionsRequest& request);
absl::Status Validate(const v1::DiffCityVersionsRequest& request);
absl::Status Validate(const v1::GetRowHistoryRequest& request);
absl::Status Validate(const v1::ProposeChangeSetRequest& request);
absl::Status Validate(const v1::ProposeRollbackRequest& request);
absl::Status Validate(const v1::ApproveChangeSetRequest& request);
absl::Status Validate(const v1::RejectChangeSetRequest& request);
absl::Status Validate(const v1::GetChangeSetRequest& request);
absl::Status Validate(const v1::ListChangeSetsRequest& request);
absl::Status Validate(const v1::CheckCityRequest& request);
absl::Status Validate(const v1::WhoIsResponsibleRequest& request);

}  // namespace wangge::registry
