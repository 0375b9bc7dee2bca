#include "services/command/mobilisation/validate.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "errors/errors.h"
#include "services/command/domain/request_fields.h"

namespace wangge::command {
namespace {

using errors::Violations;

constexpr int64_t kMaxHouseholds = 100'000;

void RequireCount(const std::string& field, int64_t count, Violations* v) {
  v->Require(count >= 0 && count <= kMaxHouseholds, field,
             absl::StrCat("must be 0 to ", kMaxHouseholds, ", got ", count));
}

}  // namespace

absl::Status Validate(const v1::ReportHouseholdsRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstructionId(r.instruction_id(), &v);
  v.RequireText("grid_id", r.grid_id(), 1, 64);
  v.RequireText("note", r.note(), 0, 500);
  v.Require(r.has_count(), "count", "is missing");
  RequireCount("count.target_count", r.count().target_count(), &v);
  RequireCount("count.reached_count", r.count().reached_count(), &v);
  RequireCount("count.refused_count", r.count().refused_count(), &v);
  RequireCount("count.absent_count", r.count().absent_count(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::WatchMobilisationRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  RequireBreakdown(r.level(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListMicroGridsRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  MicroGridPage::Require(r, &v, kMicroGridPages);
  return v.ToStatus();
}

}  // namespace wangge::command
