// The micro-grids of mobilisations and what was reported of their households.
// The release of an instruction writes the micro-grids; see
// instruction/sql/release_instruction.sql.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "wangge/command/v1/instruction.pb.h"

namespace wangge::command {

// Thread-safe.
class MobilisationStore {
 public:
  explicit MobilisationStore(db::Pool* pool) : pool_(*pool) {}

  // NOT_FOUND when the mobilisation does not cover the micro-grid. The name is
  // left empty.
  absl::StatusOr<v1::MicroGrid> GetMicroGrid(const std::string& instruction_id,
                                             const std::string& grid_id,
                                             absl::Time deadline);
  // Of the request's mobilisation and grid, in order of their ids, which come
  // after `after`. Names are left empty.
  absl::StatusOr<std::vector<v1::MicroGrid>> ListMicroGrids(
      const v1::ListMicroGridsRequest& request, const std::string& after,
      int limit, absl::Time deadline);
  // False when nothing was recorded: the counts are more than the target that
  // holds now, or another call made the same request. REQUEST_ID_REUSED.
  absl::StatusOr<bool> ReportHouseholds(
      const v1::ReportHouseholdsRequest& request, const std::string& reporter,
      const std::string& digest, absl::Time now, absl::Time deadline);
  // True when the request was recorded before. REQUEST_ID_REUSED.
  absl::StatusOr<bool> WasReported(const std::string& reporter,
                                   const std::string& request_id,
                                   const std::string& digest,
                                   absl::Time deadline);
  absl::StatusOr<v1::MobilisationProgress> GetProgress(
      const v1::Instruction& instruction, common::v1::GridLevel level,
      absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::command
