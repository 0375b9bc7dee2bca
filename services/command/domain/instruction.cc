#include "services/command/domain/instruction.h"

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "services/command/domain/mobilisation.h"

namespace wangge::command {
namespace {

std::string MarkOf(v1::InstructionMode mode) {
  switch (mode) {
    case v1::INSTRUCTION_MODE_EXERCISE:
      return "【演练】";
    case v1::INSTRUCTION_MODE_TEST:
      return "【测试】";
    default:
      return "";
  }
}

// The enum's UNKNOWN where nothing is said.
template <typename Enum>
Enum OrUnknown(Enum value, Enum unknown) {
  return value == static_cast<Enum>(0) ? unknown : value;
}

absl::Status Refused(const v1::Instruction& instruction,
                     const std::string& command, const std::string& why) {
  return errors::WrongState(instruction.instruction_id(),
                            v1::InstructionState_Name(instruction.state()),
                            command, why);
}

}  // namespace

v1::Instruction InstructionOf(const v1::CreateInstructionRequest& r,
                              const std::string& author, absl::Time now) {
  v1::Instruction i;
  i.set_title(r.title());
  i.set_text(r.text());
  *i.mutable_audience() = r.audience();
  i.set_mode(r.mode());
  *i.mutable_expire_time() = r.expire_time();
  i.set_category(r.category());
  i.set_urgency(OrUnknown(r.urgency(), v1::URGENCY_UNKNOWN));
  i.set_severity(OrUnknown(r.severity(), v1::SEVERITY_UNKNOWN));
  i.set_certainty(OrUnknown(r.certainty(), v1::CERTAINTY_UNKNOWN));
  i.set_type(r.replaces_instruction_id().empty() ? v1::INSTRUCTION_TYPE_ALERT
                                                 : v1::INSTRUCTION_TYPE_UPDATE);
  i.set_reference_id(r.replaces_instruction_id());
  i.set_acknowledgement_optional(r.acknowledgement_optional());
  if (r.has_mobilisation()) *i.mutable_mobilisation() = r.mobilisation();
  i.set_monthly(r.monthly());
  i.set_author(author);
  *i.mutable_create_time() = ToProto(now);
  return i;
}

v1::Instruction CancelOf(const v1::Instruction& original,
                         const std::string& reason, const std::string& author,
                         absl::Time now) {
  v1::Instruction i;
  i.set_title("取消：" + original.title());
  i.set_text(reason);
  *i.mutable_audience() = original.audience();
  i.set_mode(original.mode());
  *i.mutable_expire_time() = original.expire_time();
  i.set_category(original.category());
  i.set_urgency(original.urgency());
  i.set_severity(original.severity());
  i.set_certainty(original.certainty());
  i.set_type(v1::INSTRUCTION_TYPE_CANCEL);
  i.set_reference_id(original.instruction_id());
  i.set_acknowledgement_optional(true);
  i.set_author(author);
  *i.mutable_create_time() = ToProto(now);
  return i;
}

v1::Instruction NextDrill(const v1::Instruction& drill, absl::Time now) {
  v1::Instruction next = drill;
  next.set_repeats_instruction_id(drill.instruction_id());
  next.clear_reach();
  next.clear_end_time();
  next.clear_ended_by();
  next.set_escalation_stage(0);
  *next.mutable_create_time() = ToProto(now);
  *next.mutable_expire_time() = ToProto(
      now + (FromProto(drill.expire_time()) - FromProto(drill.release_time())));
  return next;
}

absl::Status CheckReference(const v1::Instruction& instruction,
                            const v1::Instruction& referenced) {
  const std::string command =
      instruction.type() == v1::INSTRUCTION_TYPE_CANCEL ? "Cancel" : "Update";
  if (referenced.state() != v1::INSTRUCTION_STATE_RELEASED ||
      referenced.type() == v1::INSTRUCTION_TYPE_CANCEL) {
    return Refused(referenced, command, "it is not in force");
  }
  if (referenced.mode() != instruction.mode()) {
    return Refused(referenced, command,
                   "it is of another mode; write a new instruction");
  }
  return absl::OkStatus();
}

bool NeedsSecondPerson(const v1::Instruction& instruction,
                       const v1::Instruction* referenced,
                       const city::City& city) {
  return NeedsSecondPerson(instruction.audience(), city) ||
         (referenced != nullptr &&
          NeedsSecondPerson(referenced->audience(), city));
}

absl::StatusOr<ReleaseStep> DecideRelease(const v1::Instruction& instruction,
                                          bool needs_second_person,
                                          const std::string& officer_id,
                                          absl::Time now) {
  const bool draft = instruction.state() == v1::INSTRUCTION_STATE_DRAFT;
  const bool own = instruction.author() == officer_id;
  if (!draft && instruction.state() != v1::INSTRUCTION_STATE_PENDING_RELEASE) {
    return Refused(instruction, "Release", "it was released, or is over");
  }
  if (FromProto(instruction.expire_time()) <= now) {
    return Refused(instruction, "Release", "it has expired");
  }
  if (draft && !own) {
    return Refused(instruction, "Release", "it is a draft of its author");
  }
  if (!needs_second_person) return ReleaseStep::kRelease;
  if (draft) return ReleaseStep::kSubmit;
  if (own) {
    return Refused(instruction, "Release",
                   "from district scope up another person than the author "
                   "releases it");
  }
  return ReleaseStep::kRelease;
}

v1::Delivery DeliveryOf(const v1::Instruction& instruction) {
  const bool cancel = instruction.type() == v1::INSTRUCTION_TYPE_CANCEL;
  v1::Delivery delivery;
  delivery.set_kind(cancel ? v1::DELIVERY_KIND_CANCELLED
                           : v1::DELIVERY_KIND_INSTRUCTION);
  delivery.set_subject_id(cancel ? instruction.reference_id()
                                 : instruction.instruction_id());
  delivery.set_title(MarkOf(instruction.mode()) + instruction.title());
  delivery.set_text(instruction.text());
  delivery.set_mode(instruction.mode());
  *delivery.mutable_create_time() = instruction.release_time();
  *delivery.mutable_expire_time() = instruction.expire_time();
  if (!cancel) {
    delivery.set_replaces_instruction_id(instruction.reference_id());
  }
  if (instruction.has_mobilisation()) {
    *delivery.mutable_mobilisation_end_time() =
        ToProto(FromProto(instruction.release_time()) +
                DurationOf(instruction.mobilisation()));
  }
  return delivery;
}

v1::Delivery NoticeOf(const v1::Instruction& replaced, absl::Time now) {
  v1::Delivery delivery;
  delivery.set_kind(v1::DELIVERY_KIND_CANCELLED);
  delivery.set_subject_id(replaced.instruction_id());
  delivery.set_title(MarkOf(replaced.mode()) + "取消：" + replaced.title());
  delivery.set_text("该指令已更新，不再适用于您");
  delivery.set_mode(replaced.mode());
  *delivery.mutable_create_time() = ToProto(now);
  *delivery.mutable_expire_time() = replaced.expire_time();
  return delivery;
}

}  // namespace wangge::command
