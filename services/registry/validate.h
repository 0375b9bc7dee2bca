// What requests of the registry must look like: INVALID_ARGUMENT with every
// fault by field.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "rpc/page.h"
#include "wangge/registry/v1/registry.pb.h"

namespace wangge::registry {

// Newest first: by version.
using VersionPage = rpc::Page<int64_t>;
// Newest first: by time of the proposal and change_set_id.
using ChangeSetPage = rpc::Page<absl::Time, std::string>;
// In order of the rows' keys: the version to arrive at, and the key.
using DifferencePage = rpc::Page<int64_t, std::string>;

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
absl::Status Validate(const v1::WatchCityRequest& request);

}  // namespace wangge::registry
