#include "services/command/mobilisation/mobilisations.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/domain/grids.h"
#include "services/command/mobilisation/validate.h"

namespace wangge::command {
namespace {

constexpr absl::Duration kMobilisationCallTime = absl::Seconds(30);
constexpr absl::Duration kHouseholdCountTime = absl::Seconds(20);

// OK for who has a post in the micro-grid or in a grid above it.
absl::Status CheckReporter(const std::string& officer_id,
                           const std::string& grid_id, const city::City& city) {
  const auto* officer = city.FindOfficer(officer_id);
  const auto* grid = city.FindGrid(grid_id);
  if (grid == nullptr) return errors::NotFound("grid", grid_id);
  const city::Chain chain = city.ChainOf(*grid);
  const bool own =
      officer != nullptr &&
      std::any_of(chain.begin(), chain.end(), [&](const auto* above) {
        return above->grid_id() == officer->grid_id();
      });
  return own ? absl::OkStatus()
             : errors::NotYours("grid", grid_id, "officer/" + officer_id);
}

absl::Status CheckInForce(const v1::Instruction& instruction) {
  if (instruction.state() == v1::INSTRUCTION_STATE_RELEASED) {
    return absl::OkStatus();
  }
  return errors::WrongState(instruction.instruction_id(),
                            v1::InstructionState_Name(instruction.state()),
                            "ReportHouseholds",
                            "the mobilisation is not in force");
}

// INVALID_ARGUMENT when more households were counted than the target, which
// the report may correct.
absl::Status CheckTarget(const v1::HouseholdCount& reported,
                         const v1::HouseholdCount& stored) {
  const int64_t target = reported.target_count() != 0 ? reported.target_count()
                                                      : stored.target_count();
  const int64_t households = reported.reached_count() +
                             reported.refused_count() + reported.absent_count();
  errors::Violations v;
  v.Require(households <= target, "count",
            absl::StrCat("has ", households, " households of a target of ",
                         target, "; correct target_count if there are more"));
  return v.ToStatus();
}

std::string DigestOf(v1::ReportHouseholdsRequest body) {
  body.clear_request_id();
  return Sha256(body.SerializeAsString());
}

// Records a report that was not recorded before.
absl::Status Record(const Mobilisations& room, const rpc::Call& call,
                    const v1::ReportHouseholdsRequest& r,
                    const std::string& digest, const city::City& city) {
  const std::string& reporter = call.caller.officer_id;
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   room.Find(r.instruction_id(), call.deadline));
  RETURN_IF_ERROR(CheckReporter(reporter, r.grid_id(), city));
  RETURN_IF_ERROR(CheckInForce(stored.instruction));
  ASSIGN_OR_RETURN(const bool recorded,
                   room.store.ReportHouseholds(
                       r, reporter, digest, room.clock.Now(), call.deadline));
  if (recorded) return absl::OkStatus();
  // A concurrent repeat was first, or the counts are more than the target.
  ASSIGN_OR_RETURN(
      const v1::MicroGrid grid,
      room.store.GetMicroGrid(r.instruction_id(), r.grid_id(), call.deadline));
  return CheckTarget(r.count(), grid.count());
}

}  // namespace

Mobilisations::Mobilisations(MobilisationStore* mobilisation_store,
                             FindInstruction find,
                             const city::Holder* city_holder, const Clock* time)
    : store(*mobilisation_store),
      find_instruction(std::move(find)),
      city(*city_holder),
      clock(*time),
      watch("mobilisation",
            [this](const MobilisationWatch::Key& key) { return Count(key); }) {}

absl::StatusOr<StoredInstruction> Mobilisations::Find(
    const std::string& instruction_id, absl::Time deadline) const {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   find_instruction(instruction_id, deadline));
  if (!stored.instruction.has_mobilisation() || stored.delivery_no == 0) {
    return errors::NotFound("mobilisation", instruction_id);
  }
  return stored;
}

absl::StatusOr<MobilisationWatch::Progress> Mobilisations::Count(
    const MobilisationWatch::Key& key) const {
  const auto& [instruction_id, level] = key;
  const absl::Time deadline = absl::Now() + kHouseholdCountTime;
  ASSIGN_OR_RETURN(const auto current, city::Current(city));
  ASSIGN_OR_RETURN(const StoredInstruction stored,
                   Find(instruction_id, deadline));
  MobilisationWatch::Progress progress;
  ASSIGN_OR_RETURN(progress.message,
                   store.GetProgress(stored.instruction, level, deadline));
  FillGridNames(*current, progress.message.mutable_grids());
  FillGridName(*current, progress.message.mutable_total());
  progress.last = stored.instruction.state() != v1::INSTRUCTION_STATE_RELEASED;
  return progress;
}

std::vector<rpc::Row> MobilisationRows(Mobilisations* room) {
  using rpc::kWorker;
  return rpc::RowsOf(room, {
                               {"ReportHouseholds", Validate, &ReportHouseholds,
                                kWorker, kMobilisationCallTime},
                               {"ListMicroGrids", Validate, &ListMicroGrids,
                                kWorker, kMobilisationCallTime},
                               {"WatchMobilisation", Validate,
                                &WatchMobilisation, rpc::kServerStream},
                           });
}

absl::StatusOr<v1::MicroGrid> ReportHouseholds(
    Mobilisations& room, const rpc::Call& call,
    const v1::ReportHouseholdsRequest& r) {
  ASSIGN_OR_RETURN(const auto city, city::Current(room.city));
  const std::string digest = DigestOf(r);
  ASSIGN_OR_RETURN(
      const bool repeated,
      room.store.WasReported(call.caller.officer_id, r.request_id(), digest,
                             call.deadline));
  if (!repeated) RETURN_IF_ERROR(Record(room, call, r, digest, *city));
  ASSIGN_OR_RETURN(
      v1::MicroGrid grid,
      room.store.GetMicroGrid(r.instruction_id(), r.grid_id(), call.deadline));
  FillGridName(*city, &grid);
  return grid;
}

absl::StatusOr<v1::ListMicroGridsResponse> ListMicroGrids(
    Mobilisations& room, const rpc::Call& call,
    const v1::ListMicroGridsRequest& r) {
  ASSIGN_OR_RETURN(const auto city, city::Current(room.city));
  RETURN_IF_ERROR(room.Find(r.instruction_id(), call.deadline).status());
  RETURN_IF_ERROR(CheckGrid(*city, r.grid_id()));
  ASSIGN_OR_RETURN(const auto page, MicroGridPage::Read(r, kMicroGridPages));
  const std::string after = page.after ? std::get<0>(*page.after) : "";
  ASSIGN_OR_RETURN(auto grids, room.store.ListMicroGrids(r, after, page.limit(),
                                                         call.deadline));
  v1::ListMicroGridsResponse response;
  if (page.Cut(&grids)) {
    response.set_next_page_token(
        MicroGridPage::Token(r, grids.back().grid_id()));
  }
  for (v1::MicroGrid& grid : grids) {
    FillGridName(*city, &grid);
    *response.add_micro_grids() = std::move(grid);
  }
  return response;
}

absl::StatusOr<std::shared_ptr<MobilisationWatch::Stream>> WatchMobilisation(
    Mobilisations& room, const rpc::Call&,
    const v1::WatchMobilisationRequest& r) {
  return room.watch.Watch({r.instruction_id(), r.level()});
}

}  // namespace wangge::command
