// Mobilisations: every micro-grid checks its households.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "city/watch.h"
#include "rpc/rows.h"
#include "services/command/domain/instruction.h"
#include "services/command/mobilisation/mobilisation_store.h"
#include "services/command/progress_watch.h"

namespace wangge::command {

using MobilisationWatch = ProgressWatch<v1::MobilisationProgress>;

// What the handlers rest on. Thread-safe.
struct Mobilisations {
  // The instruction of an id; NOT_FOUND. Thread-safe.
  using FindInstruction = std::function<absl::StatusOr<StoredInstruction>(
      const std::string& instruction_id, absl::Time deadline)>;

  // All must outlive it.
  Mobilisations(MobilisationStore* mobilisation_store, FindInstruction find,
                const city::Holder* city_holder, const Clock* time);

  // The instruction of a mobilisation; NOT_FOUND when it is none that was
  // released.
  absl::StatusOr<StoredInstruction> Find(const std::string& instruction_id,
                                         absl::Time deadline) const;
  // Its counts now, broken down to the grids of a level.
  absl::StatusOr<MobilisationWatch::Progress> Count(
      const MobilisationWatch::Key& key) const;

  MobilisationStore& store;
  const FindInstruction find_instruction;
  const city::Holder& city;
  const Clock& clock;
  MobilisationWatch watch;
};

std::vector<rpc::Row> MobilisationRows(Mobilisations* room);

// Handlers. Requests are validated before.
absl::StatusOr<v1::MicroGrid> ReportHouseholds(
    Mobilisations& room, const rpc::Call& call,
    const v1::ReportHouseholdsRequest& r);
absl::StatusOr<v1::ListMicroGridsResponse> ListMicroGrids(
    Mobilisations& room, const rpc::Call& call,
    const v1::ListMicroGridsRequest& r);
absl::StatusOr<std::shared_ptr<MobilisationWatch::Stream>> WatchMobilisation(
    Mobilisations& room, const rpc::Call& call,
    const v1::WatchMobilisationRequest& r);

}  // namespace wangge::command
