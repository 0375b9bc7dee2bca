#include "services/command/instruction/reach_store.h"

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/sql.h"

namespace wangge::command {
namespace {

constexpr int kSeconds = 61;  // The last counts what came later.

// Adds the counts of a row to the whole and to its grid.
void AddGrid(const db::Rows& rows, int row, bool by_grid, v1::Reach* reach) {
  const int64_t audience = rows.Int(row, "audience_count");
  const int64_t delivered = rows.Int(row, "delivered_count");
  const int64_t within = rows.Int(row, "within_count");
  const int64_t acknowledged = rows.Int(row, "acknowledged_count");
  reach->set_audience_count(reach->audience_count() + audience);
  reach->set_delivered_count(reach->delivered_count() + delivered);
  reach->set_delivered_within_10s_count(reach->delivered_within_10s_count() +
                                        within);
  reach->set_acknowledged_count(reach->acknowledged_count() + acknowledged);
  reach->set_read_count(reach->read_count() + rows.Int(row, "read_count"));
  reach->set_done_count(reach->done_count() + rows.Int(row, "done_count"));
  reach->set_unreachable_count(reach->unreachable_count() +
                               rows.Int(row, "unreachable_count"));
  if (!by_grid) return;
  auto& grid = *reach->add_grids();
  grid.set_grid_id(rows.Text(row, "grid_id"));
  grid.set_audience_count(audience);
  grid.set_delivered_count(delivered);
  grid.set_delivered_within_10s_count(within);
  grid.set_acknowledged_count(acknowledged);
}

v1::UnreachedCause CauseOf(const db::Rows& rows, int row,
                           v1::InstructionState state) {
  if (rows.Bool(row, "unreachable")) return v1::UNREACHED_CAUSE_UNREACHABLE;
  if (!rows.IsNull(row, "sent_micros")) {
    return v1::UNREACHED_CAUSE_NOT_CONFIRMED;
  }
  return state == v1::INSTRUCTION_STATE_RELEASED ? v1::UNREACHED_CAUSE_OFFLINE
                                                 : v1::UNREACHED_CAUSE_OVER;
}

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

absl::StatusOr<v1::Reach> ReachStore::GetReach(const StoredInstruction& stored,
                                               common::v1::GridLevel level,
                                               absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows,
                   pool_.Query(sql::kSelectReach,
                               {stored.delivery_no,
                                FromProto(stored.instruction.release_time()),
                                static_cast<int64_t>(level)},
                               deadline));
  v1::Reach reach;
  reach.set_state(stored.instruction.state());
  for (int s = 0; s < kSeconds; ++s) reach.add_delivered_by_second(0);
  for (int i = 0; i < rows.size(); ++i) {
    if (!rows.Bool(i, "by_second")) {
      AddGrid(rows, i, level != common::v1::GRID_LEVEL_UNSPECIFIED, &reach);
    } else if (!rows.IsNull(i, "second")) {
      reach.set_delivered_by_second(static_cast<int>(rows.Int(i, "second")),
                                    rows.Int(i, "delivered_count"));
    }
  }
  return reach;
}

absl::StatusOr<std::vector<v1::Unreached>> ReachStore::ListUnreached(
    const StoredInstruction& stored, const UnreachedPage& page,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kSelectUnreached,
                  {stored.delivery_no, page.grid_id, page.after, page.limit},
                  deadline));
  std::vector<v1::Unreached> unreached;
  for (int i = 0; i < rows.size(); ++i) {
    v1::Unreached& one = unreached.emplace_back();
    one.set_recipient_id(rows.Text(i, "recipient_id"));
    one.set_grid_id(rows.Text(i, "grid_id"));
    one.set_cause(CauseOf(rows, i, stored.instruction.state()));
    one.set_reason(rows.Text(i, "unreachable_reason"));
    if (!rows.IsNull(i, "sent_micros")) {
      *one.mutable_sent_time() = ToProto(rows.TimeOfMicros(i, "sent_micros"));
    }
  }
  return unreached;
}

absl::StatusOr<v1::MicroGrid> ReachStore::GetMicroGrid(
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

absl::StatusOr<std::vector<v1::MicroGrid>> ReachStore::ListMicroGrids(
    const v1::ListMicroGridsRequest& request, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kListMicroGrids,
                  {request.instruction_id(), request.grid_id(),
                   request.not_begun(), request.page_token(), limit},
                  deadline));
  std::vector<v1::MicroGrid> grids;
  for (int i = 0; i < rows.size(); ++i) grids.push_back(MicroGridOf(rows, i));
  return grids;
}

absl::StatusOr<bool> ReachStore::WasReported(const std::string& reporter,
                                             const std::string& request_id,
                                             const std::string& digest,
                                             absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kFindHouseholdReport, {reporter, request_id}, deadline));
  if (rows.empty()) return false;
  if (rows.Bytes(0, "digest") != digest) {
    return errors::RequestIdReused(request_id);
  }
  return true;
}

absl::StatusOr<bool> ReachStore::ReportHouseholds(
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

absl::StatusOr<v1::MobilisationProgress> ReachStore::GetProgress(
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
