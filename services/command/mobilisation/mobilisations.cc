#include "services/command/mobilisation/mobilisations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/command/validate.h"

namespace wangge::command {
namespace {

// Who has a post in the micro-grid or in a grid above it.
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

absl::Status TooMany(int64_t households, int64_t target) {
  errors::Violations v;
  v.Add("count",
        absl::StrCat("has ", households, " households of a target of ", target,
                     "; correct target_count if there are more"));
  return v.ToStatus();
}

}  // namespace

absl::StatusOr<StoredInstruction> Mobilisations::Find(
    const std::string& instruction_id, absl::Time deadline) {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   instructions_.Get(instruction_id, deadline));
  if (!stored.instruction.has_mobilisation() || stored.delivery_no == 0) {
    return errors::NotFound("mobilisation", instruction_id);
  }
  return stored;
}

absl::StatusOr<v1::MicroGrid> Mobilisations::Report(
    const v1::ReportHouseholdsRequest& r, const InstructionContext& context) {
  v1::ReportHouseholdsRequest body = r;
  body.clear_request_id();
  const std::string digest = Sha256(body.SerializeAsString());
  ASSIGN_OR_RETURN(const bool repeated,
                   store_.WasReported(context.officer_id, r.request_id(),
                                      digest, context.deadline));
  if (!repeated) {
    ASSIGN_OR_RETURN(const StoredInstruction stored,
                     Find(r.instruction_id(), context.deadline));
    RETURN_IF_ERROR(
        CheckReporter(context.officer_id, r.grid_id(), context.city));
    if (stored.instruction.state() != v1::INSTRUCTION_STATE_RELEASED) {
      return errors::WrongState(
          r.instruction_id(),
          v1::InstructionState_Name(stored.instruction.state()),
          "ReportHouseholds", "the mobilisation is not in force");
    }
    ASSIGN_OR_RETURN(const bool recorded,
                     store_.ReportHouseholds(r, context.officer_id, digest,
                                             context.now, context.deadline));
    if (!recorded) {
      ASSIGN_OR_RETURN(const v1::MicroGrid grid,
                       store_.GetMicroGrid(r.instruction_id(), r.grid_id(),
                                           context.deadline));
      const int64_t target = r.count().target_count() != 0
                                 ? r.count().target_count()
                                 : grid.count().target_count();
      const int64_t households = r.count().reached_count() +
                                 r.count().refused_count() +
                                 r.count().absent_count();
      if (households > target) return TooMany(households, target);
    }
  }
  ASSIGN_OR_RETURN(
      v1::MicroGrid grid,
      store_.GetMicroGrid(r.instruction_id(), r.grid_id(), context.deadline));
  if (const auto* found = context.city.FindGrid(grid.grid_id())) {
    grid.set_name(found->name());
  }
  return grid;
}

absl::StatusOr<v1::ListMicroGridsResponse> Mobilisations::List(
    const v1::ListMicroGridsRequest& r, const city::City& city,
    absl::Time deadline) {
  RETURN_IF_ERROR(Find(r.instruction_id(), deadline).status());
  if (!r.grid_id().empty() && city.FindGrid(r.grid_id()) == nullptr) {
    return errors::NotFound("grid", r.grid_id());
  }
  const int limit = PageSize(r.page_size());
  ASSIGN_OR_RETURN(auto grids, store_.ListMicroGrids(r, limit, deadline));
  v1::ListMicroGridsResponse response;
  for (v1::MicroGrid& grid : grids) {
    if (const auto* found = city.FindGrid(grid.grid_id())) {
      grid.set_name(found->name());
    }
    *response.add_micro_grids() = std::move(grid);
  }
  if (grids.size() == static_cast<size_t>(limit)) {
    response.set_next_page_token(response.micro_grids(limit - 1).grid_id());
  }
  return response;
}

}  // namespace wangge::command
