#include "services/command/validate.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "services/command/domain/audience.h"
#include "services/command/domain/instruction.h"

namespace wangge::command {
namespace {

using errors::Violations;

constexpr size_t kMaxXmlBytes = 1 << 20;
constexpr int64_t kMaxHouseholds = 100'000;

void RequireInstruction(const std::string& id, Violations* v) {
  v->RequireText("instruction_id", id, 1, 64);
}

void RequireKnown(const std::string& field, int value, bool required,
                  bool (*is_valid)(int), Violations* v) {
  v->Require(is_valid(value) && (value != 0 || !required), field,
             value == 0 ? "is missing"
                        : absl::StrCat("has the unknown value ", value));
}

void RequirePage(int size, int most, Violations* v) {
  v->Require(size >= 0 && size <= most, "page_size",
             absl::StrCat("is ", size, "; 1 to ", most, ", or 0 for 100"));
}

void RequireBreakdown(common::v1::GridLevel level, Violations* v) {
  v->Require(level == common::v1::GRID_LEVEL_UNSPECIFIED ||
                 (level >= common::v1::GRID_LEVEL_DISTRICT &&
                  level <= common::v1::GRID_LEVEL_COMMUNITY),
             "level", "must be DISTRICT, STREET or COMMUNITY, or left out");
}

void RequireMobilisation(const v1::CreateInstructionRequest& r, Violations* v) {
  const absl::Duration duration = DurationOf(r.mobilisation());
  v->Require(duration >= absl::Minutes(10) && duration <= absl::Hours(24 * 30),
             "mobilisation.duration", "must be 10 minutes to 30 days");
  v->Require(absl::Now() + duration <= FromProto(r.expire_time()),
             "expire_time", "is before the end of the mobilisation");
}

void RequireCount(const std::string& field, int64_t count, Violations* v) {
  v->Require(count >= 0 && count <= kMaxHouseholds, field,
             absl::StrCat("is ", count, "; 0 to ", kMaxHouseholds));
}

}  // namespace

absl::Status Validate(const v1::CreateInstructionRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("title", r.title(), 1, 100);
  v.RequireText("text", r.text(), 1, 4000);
  CheckAudience(r.audience(), &v);
  RequireKnown("mode", r.mode(), true, v1::InstructionMode_IsValid, &v);
  RequireKnown("category", r.category(), true, v1::InstructionCategory_IsValid,
               &v);
  RequireKnown("urgency", r.urgency(), false, v1::Urgency_IsValid, &v);
  RequireKnown("severity", r.severity(), false, v1::Severity_IsValid, &v);
  RequireKnown("certainty", r.certainty(), false, v1::Certainty_IsValid, &v);
  v.Require(r.has_expire_time() && FromProto(r.expire_time()) > absl::Now(),
            "expire_time", "is missing or past; every instruction expires");
  v.Require(FromProto(r.expire_time()) <= absl::Now() + absl::Hours(24 * 366),
            "expire_time", "is more than a year away");
  v.RequireText("replaces_instruction_id", r.replaces_instruction_id(), 0, 64);
  v.Require(!r.monthly() || r.mode() == v1::INSTRUCTION_MODE_EXERCISE,
            "monthly", "is for drills; use the mode EXERCISE");
  v.Require(!r.monthly() || r.replaces_instruction_id().empty(), "monthly",
            "does not go with replaces_instruction_id; cancel the old drill");
  if (r.has_mobilisation()) RequireMobilisation(r, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReleaseInstructionRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstruction(r.instruction_id(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::CancelInstructionRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstruction(r.instruction_id(), &v);
  v.RequireText("reason", r.reason(), 1, 1000);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetInstructionRequest& r) {
  Violations v;
  RequireInstruction(r.instruction_id(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListInstructionsRequest& r) {
  Violations v;
  for (const int state : r.states()) {
    RequireKnown("states", state, true, v1::InstructionState_IsValid, &v);
  }
  RequirePage(r.page_size(), 500, &v);
  int64_t before = 0;
  v.Require(r.page_token().empty() || absl::SimpleAtoi(r.page_token(), &before),
            "page_token", "is none; use next_page_token of the page before");
  return v.ToStatus();
}

absl::Status Validate(const v1::PreviewAudienceRequest& r) {
  Violations v;
  CheckAudience(r.audience(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::WatchReachRequest& r) {
  Violations v;
  RequireInstruction(r.instruction_id(), &v);
  RequireBreakdown(r.level(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListUnreachedRequest& r) {
  Violations v;
  RequireInstruction(r.instruction_id(), &v);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  v.RequireText("page_token", r.page_token(), 0, 64);
  RequirePage(r.page_size(), 1000, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReportHouseholdsRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstruction(r.instruction_id(), &v);
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
  RequireInstruction(r.instruction_id(), &v);
  RequireBreakdown(r.level(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListMicroGridsRequest& r) {
  Violations v;
  RequireInstruction(r.instruction_id(), &v);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  v.RequireText("page_token", r.page_token(), 0, 64);
  RequirePage(r.page_size(), 1000, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ImportCapRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  v.Require(
      !r.xml().empty() && r.xml().size() <= kMaxXmlBytes, "xml",
      absl::StrCat("has ", r.xml().size(), " bytes; 1 to ", kMaxXmlBytes));
  return v.ToStatus();
}

absl::Status Validate(const v1::ExportCapRequest& r) {
  Violations v;
  RequireInstruction(r.instruction_id(), &v);
  return v.ToStatus();
}

int PageSize(int asked) { return asked == 0 ? 100 : asked; }

}  // namespace wangge::command
