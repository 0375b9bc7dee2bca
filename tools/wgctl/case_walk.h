// Cases as commands read them from the service, page by page.
#pragma once

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::wgctl {

using VisitCase = std::function<absl::Status(const cases::v1::Case&)>;

// Calls `visit` with the cases received from `from` up to `to`, newest first;
// ends with its first error. As the officer when one is named, else as the
// city's engineer.
absl::Status WalkCases(client::Client& client, const std::string& officer,
                       absl::Time from, absl::Time to, const VisitCase& visit);

// The same with all open cases, however old.
absl::Status WalkOpenCases(client::Client& client, const std::string& officer,
                           const VisitCase& visit);

}  // namespace wangge::wgctl
