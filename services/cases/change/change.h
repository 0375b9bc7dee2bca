// Changing cases: load -> Decide -> commit, with some tries more when somebody
// else was faster. A case that was seen lately is not loaded unless that fails.
// Nobody waits meanwhile unless the decision needs to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/cases/store.h"

namespace wangge::cases {

// What decides: one of the Decide functions, bound to its command. Gets the
// cases in the order of their numbers and returns the events of each.
using Decider = std::function<absl::StatusOr<std::vector<Events>>(
    const std::vector<Case>& cases)>;
// The same for one case.
using CaseDecider = std::function<absl::StatusOr<Events>(const Case& c)>;
// Statements that belong to the change, given its first case as it will be.
using Companion =
    std::function<absl::Status(const Case& c, db::Transaction& transaction)>;

// What recognises a repeat.
struct RequestKey {
  std::string caller;
  std::string request_id;  // Empty for timers.
  std::string digest;      // SHA-256 of method and request.
  std::string etag;        // Of the first case; empty: any version will do.
};

// What became of a request.
struct Changed {
  Case folded;           // The first case after it, or as it is now when the
                         // request was carried out before.
  bool changed = false;  // False when it had been.
};

// Changes cases together or not at all. A companion may be null.
absl::StatusOr<Changed> ChangeCases(const std::vector<std::string>& case_nos,
                                    const RequestKey& key,
                                    const Decider& decide,
                                    const Companion& companion,
                                    absl::Time deadline, Store* store);
// Changes one case.
absl::StatusOr<Changed> ChangeCase(const std::string& case_no,
                                   const RequestKey& key,
                                   const CaseDecider& decide,
                                   const Companion& companion,
                                   absl::Time deadline, Store* store);

// Takes what became of a request.
using ChangeDone = std::function<void(absl::StatusOr<Changed>)>;
// Changes one case and returns at once; `decide`, which must not block, and
// `done` are called on a thread of the store.
void ChangeCaseLater(const std::string& case_no, RequestKey key,
                     CaseDecider decide, Store* store, ChangeDone done);

}  // namespace wangge::cases
