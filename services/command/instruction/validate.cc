#include "services/command/instruction/validate.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "services/command/domain/audience.h"
#include "services/command/domain/cap_xml.h"
#include "services/command/domain/instruction.h"
#include "services/command/domain/mobilisation.h"
#include "services/command/domain/request_fields.h"

namespace wangge::command {
namespace {

using errors::Violations;

void RequireKnown(const std::string& field, int value, bool required,
                  bool (*is_valid)(int), Violations* v) {
  v->Require(is_valid(value) && (value != 0 || !required), field,
             value == 0 ? "is missing"
                        : absl::StrCat("has the unknown value ", value));
}

void RequireMobilisation(const v1::CreateInstructionRequest& r, Violations* v) {
  const absl::Duration duration = DurationOf(r.mobilisation());
  v->Require(duration >= absl::Minutes(10) && duration <= absl::Hours(24 * 30),
             "mobilisation.duration",
             absl::StrCat("must be 10 minutes to 30 days, got ",
                          absl::FormatDuration(duration)));
  v->Require(absl::Now() + duration <= FromProto(r.expire_time()),
             "expire_time", "is before the end of the mobilisation");
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
            "monthly", "must be omitted unless the mode is EXERCISE");
  v.Require(!r.monthly() || r.replaces_instruction_id().empty(), "monthly",
            "must be omitted when replaces_instruction_id is set; cancel the "
            "old drill instead");
  if (r.has_mobilisation()) RequireMobilisation(r, &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ReleaseInstructionRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstructionId(r.instruction_id(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::CancelInstructionRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  RequireInstructionId(r.instruction_id(), &v);
  v.RequireText("reason", r.reason(), 1, 1000);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetInstructionRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListInstructionsRequest& r) {
  Violations v;
  for (const int state : r.states()) {
    RequireKnown("states", state, true, v1::InstructionState_IsValid, &v);
  }
  InstructionPage::Require(r, &v, kInstructionPages);
  return v.ToStatus();
}

absl::Status Validate(const v1::PreviewAudienceRequest& r) {
  Violations v;
  CheckAudience(r.audience(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::WatchReachRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  RequireBreakdown(r.level(), &v);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListUnreachedRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  v.RequireText("grid_id", r.grid_id(), 0, 64);
  RecipientPage::Require(r, &v, kRecipientPages);
  return v.ToStatus();
}

absl::Status Validate(const v1::ImportCapRequest& r) {
  Violations v;
  v.RequireUuid("request_id", r.request_id());
  v.Require(!r.xml().empty() && r.xml().size() <= kMaxCapBytes, "xml",
            absl::StrCat("must have 1 to ", kMaxCapBytes, " bytes, got ",
                         r.xml().size()));
  return v.ToStatus();
}

absl::Status Validate(const v1::ExportCapRequest& r) {
  Violations v;
  RequireInstructionId(r.instruction_id(), &v);
  return v.ToStatus();
}

}  // namespace wangge::command
