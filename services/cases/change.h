// Changing a case: load -> Decide -> commit, with one try more when somebody
// else was faster.
#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "services/cases/store.h"

namespace wangge::cases {

// What decides: one of the Decide functions, bound to its command.
using Decider = std::function<absl::StatusOr<Events>(const Case& c)>;

// What recognises a repeat.
struct RequestKey {
  std::string caller;
  std::string request_id;  // Empty for timers.
  std::string digest;      // SHA-256 of method and request.
  std::string etag;        // Empty: any version will do.
};

// Returns the case after the change, or as it is now when the request was
// carried out before. `changed` tells which.
absl::StatusOr<Case> ChangeCase(const std::string& case_no,
                                const RequestKey& key, const Decider& decide,
                                absl::Time deadline, Store* store,
                                bool* changed);

}  // namespace wangge::cases
