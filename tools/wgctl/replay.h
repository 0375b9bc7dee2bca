// `route replay`: reports of the past through routing, as it is and as it would
// be.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "client/client.h"
#include "tools/wgctl/options.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::wgctl {

struct ReplayOptions {
  TimeRange range;
  // What would be; empty for what is.
  std::string city;   // A city folder, or a version of the registry.
  std::string rules;  // A responsibilities.csv in place of the list.
  std::string model;  // A text model.
};

// What makes the city of a folder of the one in force; without changes when
// both are the same.
absl::StatusOr<routing::v1::CityProposal> ProposalOfFolder(
    client::Client& client, const std::string& folder);

// Prints what changes, for whom and how much; as JSON one object.
absl::Status Replay(client::Client& client, const ReplayOptions& options);

}  // namespace wangge::wgctl
