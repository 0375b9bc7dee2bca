#include "services/command/mobilisation/mobilisation_store.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/domain/instruction.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

v1::HouseholdCount CountOf(const db::Rows& rows, int row) {
  v1::HouseholdCount count;
  count.set_target_count(rows.Int(row, "target_count"));
  count.set_reached_count(rows.Int(row, "reached_count"));
  count.set_refused_count(rows.Int(row, "refused_count"));
  count.set_absent_count(rows.Int(row, "absent_count"));
  return count;
}

v1::MicroGrid MicroGridOf(const db::Rows& rows, int row) {
  v1::MicroGrid grid;
  grid.set_grid_id(rows.Text(row, "grid_id"));
  *grid.mutable_count() = CountOf(rows, row);
  grid.set_note(rows.Text(row, "note"));
  grid.set_reporter(rows.Text(row, "reporter"));
  grid.set_report_count(rows.Int(row, "report_count"));
  const auto set = [&](const char* column, auto mutable_time) {
    if (rows.IsNull(row, column)) return;
    *(grid.*mutable_time)() = ToProto(rows.TimeOfMicros(row, column));
  };
  set("begin_micros", &v1::MicroGrid::mutable_begin_time);
  set("report_micros", &v1::MicroGrid::mutable_report_time);
  set("complete_micros", &v1::MicroGrid::mutable_complete_time);
  return grid;
}

}  // namespace

absl::StatusOr<v1::MicroGrid> MobilisationStore::GetMicroGrid(
    const std::string& instruction_id, const std::string& grid_id,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectMicroGrid, {instruction_id, grid_id}, deadline));
  if (rows.empty()) {
    return errors::NotFound("micro-grid of the mobilisation", grid_id);
  }
  return MicroGridOf(rows, 0);
}

absl::StatusOr<std::vector<v1::MicroGrid>> MobilisationStore::ListMicroGrids(
    const v1::ListMicroGridsRequest& request, const std::string& after,
    int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kListMicroGrids,
                               {request.instruction_id(), request.grid_id(),
                                request.not_begun(), after, limit},
                               deadline));
  std::vector<v1::MicroGrid> grids;
  for (int i = 0; i < rows.size(); ++i) grids.push_back(MicroGridOf(rows, i));
  return grids;
}

absl::StatusOr<bool> MobilisationStore::WasReported(
    const std::string& reporter, const std::string& request_id,
    const std::string& digest, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kFindHouseholdReport, {reporter, request_id}, deadline));
  if (rows.empty()) return false;
  if (rows.Bytes(0, "digest") != digest) {
    return errors::RequestIdReused(request_id);
  }
  return true;
}

absl::StatusOr<bool> MobilisationStore::ReportHouseholds(
    const v1::ReportHouseholdsRequest& request, const std::string& reporter,
    const std::string& digest, absl::Time now, absl::Time deadline) {
  const v1::HouseholdCount& count = request.count();
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kReportHouseholds,
                  {reporter, request.request_id(), db::Param::Bytes(digest),
                   request.instruction_id(), request.grid_id(), request.note(),
                   count.target_count(), count.reached_count(),
                   count.refused_count(), count.absent_count(), now},
                  deadline));
  return !rows.empty();
}

absl::StatusOr<v1::MobilisationProgress> MobilisationStore::GetProgress(
    const v1::Instruction& instruction, common::v1::GridLevel level,
    absl::Time deadline) {
  const absl::Time end = FromProto(instruction.release_time()) +
                         DurationOf(instruction.mobilisation());
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectMobilisation,
                               {instruction.instruction_id(), end,
                                static_cast<int64_t>(level)},
                               deadline));
  v1::MobilisationProgress progress;
  *progress.mutable_end_time() = ToProto(end);
  for (int i = 0; i < rows.size(); ++i) {
    const bool total = rows.Bool(i, "total");
    if (!total && level == common::v1::GRID_LEVEL_UNSPECIFIED) continue;
    auto& grid = total ? *progress.mutable_total() : *progress.add_grids();
    grid.set_grid_id(total ? instruction.audience().subtree_grid_id()
                           : rows.Text(i, "place_id"));
    *grid.mutable_count() = CountOf(rows, i);
    grid.set_micro_grid_count(rows.Int(i, "micro_grid_count"));
    grid.set_begun_count(rows.Int(i, "begun_count"));
    grid.set_complete_count(rows.Int(i, "complete_count"));
    grid.set_complete_in_time_count(rows.Int(i, "complete_in_time_count"));
  }
  return progress;
}

}  // namespace wangge::command
