// Statements that some changes of a case bring along in the same transaction.
#pragma once

#include "services/cases/change/change.h"

namespace wangge::cases {

// The batch, opened when the request names none, and the case's place in it.
Companion CompanionOf(const v1::LinkToBatchRequest& request);
// The words of the report and the reporter's data, deleted for good.
Companion CompanionOf(const v1::RedactReportRequest& request);
// Requests that bring some along.
template <typename Request>
concept HasCompanion = requires(const Request& r) {
  CompanionOf(r);
};

// Deletes a reporter; ABORTED when somebody else did already.
Companion CompanionErasing(const std::string& report_id);

}  // namespace wangge::cases
