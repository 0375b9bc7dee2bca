// All cases of a time, for commands that look back.
#pragma once

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tools/wgctl/client.h"
#include "wangge/cases/v1/cases.pb.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::wgctl {

// Calls `visit` with the cases received from `from` up to `to`, newest first;
// ends with its first error.
absl::Status WalkCases(
    Client& client, absl::Time from, absl::Time to,
    const std::function<absl::Status(const cases::v1::Case&)>& visit);

// What routing saw of the case's first report, without the category that was
// found for it.
routing::v1::Matter MatterOf(const cases::v1::Case& c);

}  // namespace wangge::wgctl
