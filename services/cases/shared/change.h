// What a change of cases is, for the room that carries changes out and for
// those that ask for one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "db/pool.h"
#include "exec/task.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/matter.h"

namespace wangge::cases {

// What a repeat of a request is recognised by.
struct RequestKey {
  std::string caller;
  std::string request_id;  // Empty for what nobody asked for, as timers.
  std::string digest;      // SHA-256 of method and request.
  std::string etag;        // Of the first case; empty: any version will do.
};

// The key of a request that changes a case.
template <typename Request>
RequestKey KeyOf(const std::string& caller, const Request& request) {
  Request body = request;
  body.clear_request_id();
  return {caller, request.request_id(),
          Sha256(absl::StrCat(request.GetTypeName(), "\n",
                              body.SerializeAsString())),
          request.etag()};
}

// Decides what becomes of the cases, which come in the order of the command's
// numbers: the events of each. `plan` is that of the command's matter, null
// when it had none. Must not block.
using Decider = std::function<absl::StatusOr<std::vector<Events>>(
    const std::vector<Case>& cases, const RoutePlan* plan)>;

// Statements that belong to a change, given its first case as it will be.
// Unless they succeed nothing is written. Runs on a thread that may block.
using TransactionHook =
    std::function<absl::Status(const Case& c, db::Transaction& transaction)>;

// A change that is asked for.
struct Command {
  std::vector<std::string> case_nos;  // One, or two that change together.
  RequestKey key;
  Decider decide;
  // What must be routed before the decision, given the first case; null, or
  // absent, when nothing must.
  std::function<std::optional<Matter>(const Case& c)> matter = nullptr;
  TransactionHook hook = nullptr;
  absl::Time deadline;
};

// What became of a command.
struct Outcome {
  Case snapshot;         // The first case after it, or as it is now when the
                         // request was carried out before.
  bool changed = false;  // False when it had been, or when nothing was to do.
};

// Carries commands out: load, decide, commit, and again when somebody else was
// faster. Thread-safe.
class Changer {
 public:
  virtual ~Changer() = default;
  // Errors: NOT_FOUND, ETAG_MISMATCH, REQUEST_ID_REUSED, DEADLINE, OVERLOADED,
  // and those of `decide`, of the hook and of routing.
  virtual exec::Task<absl::StatusOr<Outcome>> Run(Command command) = 0;
  // The case as it is now; NOT_FOUND when there is none.
  virtual exec::Task<absl::StatusOr<Case>> Load(std::string case_no,
                                                absl::Time deadline) = 0;
};

// A command of one case whose decision needs no plan.
Command CommandOf(std::string case_no, RequestKey key,
                  std::function<absl::StatusOr<Events>(const Case& c)> decide,
                  absl::Time deadline);

// A change of one case as decided.
struct Change {
  int64_t expected_version = 0;
  Case snapshot;  // After it.
  Events events;
  std::string caller;      // With request_id: what a repeat is recognised by.
  std::string request_id;  // Empty for what nobody asked for.
  std::string digest;
};

// The change of a case as it was loaded by events that were decided for it.
Change ChangeOf(Case before, Events events);

// Changes that are written together or not at all; each of another case.
using ChangeGroup = std::vector<Change>;

}  // namespace wangge::cases
