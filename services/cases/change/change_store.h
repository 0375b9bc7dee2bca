// What the change of cases reads and writes: their rows, events and feedback.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "exec/batcher.h"
#include "exec/task.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// A case as loaded, with what is known of the request that wants to change it.
struct LoadedCase {
  Case snapshot;
  std::optional<std::string> request_digest;  // Set when it was used before.
};

// Cases with timers that are due.
struct DueCases {
  int seen = 0;  // Also those that another process claimed.
  std::vector<Case> claimed;
};

// Thread-safe. Tasks go on on a thread of the store and must not block there.
class ChangeStore {
 public:
  explicit ChangeStore(db::Pool* pool);

  // NOT_FOUND when there is no such case. Loads that come at the same time
  // share a round trip.
  exec::Task<absl::StatusOr<LoadedCase>> Load(std::string case_no,
                                              std::string caller,
                                              std::string request_id,
                                              absl::Time deadline);
  // False when a case has another version by now, or the request was carried
  // out before; then nothing was written. Groups that come at the same time are
  // written in one transaction. `group` must live until then.
  exec::Task<absl::StatusOr<bool>> Commit(const ChangeGroup& group,
                                          absl::Time deadline);
  // The same for several, in one transaction, at once: an answer for each.
  // Blocks.
  std::vector<absl::StatusOr<bool>> CommitAll(
      const std::vector<const ChangeGroup*>& groups, absl::Time deadline);
  // The same as a part of a transaction. Blocks.
  static absl::StatusOr<bool> CommitWithin(const ChangeGroup& group,
                                           db::Transaction& transaction);
  // The same in a transaction of its own, with the hook. Blocks.
  absl::StatusOr<bool> CommitWith(const ChangeGroup& group,
                                  const TransactionHook& hook,
                                  absl::Time deadline);

  // Cases with a timer that is due, which nobody else gets for 10 seconds or
  // until EndTimerLeases. Blocks.
  absl::StatusOr<DueCases> ClaimDueCases(absl::Time now, int limit,
                                         absl::Time deadline);
  absl::Status EndTimerLeases(const std::vector<std::string>& case_nos,
                              absl::Time deadline);

 private:
  struct CaseQuery {
    std::string case_no, caller, request_id;
  };

  std::vector<absl::StatusOr<LoadedCase>> LoadAll(
      const std::vector<CaseQuery>& queries, absl::Time deadline);

  db::Pool& pool_;
  exec::Batcher<CaseQuery, LoadedCase> loads_;
  exec::Batcher<const ChangeGroup*, bool> commits_;
};

}  // namespace wangge::cases
