// The dry run of routing: reports of the past through the same function, as it
// is and as it would be.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "tools/wgctl/client.h"
#include "tools/wgctl/options.h"

namespace wangge::wgctl {

struct ReplayOptions {
  TimeRange range;
  // What would be; empty for what is.
  std::string city;   // A city folder, or a version of the registry.
  std::string rules;  // A responsibilities.csv in place of the list.
  std::string model;  // A text model.
};

// Prints what changes, for whom and how much; as JSON one object.
absl::Status Replay(Client& client, const ReplayOptions& options);

}  // namespace wangge::wgctl
