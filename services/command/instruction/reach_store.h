// What became of instructions and mobilisations: counts over the receipts and
// the reports. Read only but for the reports of households.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/pool.h"
#include "services/command/domain/instruction.h"

namespace wangge::command {

// A page of those whom an instruction did not reach, with ids after `after`.
struct UnreachedPage {
  std::string grid_id;
  std::string after;
  int limit = 0;
};

// Thread-safe.
class ReachStore {
 public:
  explicit ReachStore(db::Pool* pool) : pool_(*pool) {}

  // REQUIRES: it was released. Names of grids are left empty.
  absl::StatusOr<v1::Reach> GetReach(const StoredInstruction& stored,
                                     common::v1::GridLevel level,
                                     absl::Time deadline);
  // Names are left empty.
  absl::StatusOr<std::vector<v1::Unreached>> ListUnreached(
      const StoredInstruction& stored, const UnreachedPage& page,
      absl::Time deadline);

  // NOT_FOUND when the mobilisation does not cover the micro-grid. The name is
  // left empty.
  absl::StatusOr<v1::MicroGrid> GetMicroGrid(const std::string& instruction_id,
                                             const std::string& grid_id,
                                             absl::Time deadline);
  absl::StatusOr<std::vector<v1::MicroGrid>> ListMicroGrids(
      const v1::ListMicroGridsRequest& request, int limit, absl::Time deadline);
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
