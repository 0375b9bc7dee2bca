// The sums over cases. Every write of a case notes what it changes in them
// (commit_changes.sql, admit_reports.sql); Fold adds the notes up, and Read
// adds to the sums what is not folded yet: figures equal the records at every
// moment.
#pragma once

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// Thread-safe.
class StatisticsStore {
 public:
  explicit StatisticsStore(db::Pool* pool) : pool_(*pool) {}

  // Folds at most `limit` notes. True when there may be more. Does nothing
  // while another replica folds.
  absl::StatusOr<bool> Fold(int limit, absl::Time deadline);

  // The figures of a valid request.
  absl::StatusOr<v1::GetStatisticsResponse> Read(
      const v1::GetStatisticsRequest& request, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
