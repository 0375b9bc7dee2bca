#include "services/command/instructions.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "services/command/domain/audience.h"

namespace wangge::command {
namespace {

absl::StatusOr<v1::Instruction> Read(const std::string& id, absl::Time deadline,
                                     Store* store) {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   store->GetInstruction(id, deadline));
  return std::move(stored.instruction);
}

absl::StatusOr<v1::Instruction> Release(v1::Instruction instruction,
                                        const std::string& officer_id,
                                        const std::string& request_id,
                                        const city::City& city, absl::Time now,
                                        absl::Time deadline, Store* store) {
  instruction.set_state(v1::INSTRUCTION_STATE_RELEASED);
  instruction.set_releaser(officer_id);
  *instruction.mutable_release_time() = ToProto(now);
  instruction.clear_reach();
  const auto recipients = ResolveAudience(instruction.audience(), city);
  ASSIGN_OR_RETURN(const bool released, store->Release(instruction, request_id,
                                                       recipients, deadline));
  if (!released) {
    return errors::WrongState(instruction.instruction_id(), "RELEASED",
                              "Release", "it was released already");
  }
  return Read(instruction.instruction_id(), deadline, store);
}

}  // namespace

absl::Status Validate(const v1::CreateInstructionRequest& r) {
  errors::Violations v;
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("title", r.title(), 1, 100);
  v.RequireText("text", r.text(), 1, 4000);
  v.RequireText("audience.subtree_grid_id", r.audience().subtree_grid_id(), 1,
                64);
  v.Require(r.mode() >= v1::INSTRUCTION_MODE_ACTUAL &&
                r.mode() <= v1::INSTRUCTION_MODE_TEST,
            "mode", "is missing; ACTUAL, EXERCISE or TEST");
  v.Require(r.has_expire_time() && FromProto(r.expire_time()) > absl::Now(),
            "expire_time", "is missing or past; every instruction expires");
  return v.ToStatus();
}

absl::Status Validate(const v1::ReleaseInstructionRequest& r) {
  errors::Violations v;
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("instruction_id", r.instruction_id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::GetInstructionRequest& r) {
  errors::Violations v;
  v.RequireText("instruction_id", r.instruction_id(), 1, 64);
  return v.ToStatus();
}

absl::StatusOr<v1::Instruction> CreateInstruction(
    const v1::CreateInstructionRequest& request, const std::string& officer_id,
    const city::City& city, absl::Time now, absl::Time deadline, Store* store) {
  RETURN_IF_ERROR(CheckAuthor(request.audience(), officer_id, city));
  v1::CreateInstructionRequest body = request;
  body.clear_request_id();
  const std::string digest = Sha256(body.SerializeAsString());
  ASSIGN_OR_RETURN(
      const auto earlier,
      store->FindRequest(officer_id, request.request_id(), digest, deadline));
  if (earlier) return Read(*earlier, deadline, store);

  v1::Instruction instruction;
  instruction.set_instruction_id(NewUuid());
  instruction.set_state(v1::INSTRUCTION_STATE_PENDING_RELEASE);
  instruction.set_title(request.title());
  instruction.set_text(request.text());
  *instruction.mutable_audience() = request.audience();
  instruction.set_mode(request.mode());
  instruction.set_author(officer_id);
  *instruction.mutable_expire_time() = request.expire_time();
  RETURN_IF_ERROR(store->AddInstruction(
      instruction, officer_id, request.request_id(), digest, deadline));
  // A concurrent repeat may have been first; what stands is what counts.
  ASSIGN_OR_RETURN(
      const auto standing,
      store->FindRequest(officer_id, request.request_id(), digest, deadline));
  if (!standing || *standing != instruction.instruction_id() ||
      NeedsSecondPerson(request.audience(), city)) {
    return Read(standing.value_or(instruction.instruction_id()), deadline,
                store);
  }
  return Release(std::move(instruction), officer_id, request.request_id(), city,
                 now, deadline, store);
}

absl::StatusOr<v1::Instruction> ReleaseInstruction(
    const v1::ReleaseInstructionRequest& request, const std::string& officer_id,
    const city::City& city, absl::Time now, absl::Time deadline, Store* store) {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   store->GetInstruction(request.instruction_id(), deadline));
  v1::Instruction& instruction = stored.instruction;
  if (stored.release_request_id == request.request_id()) return instruction;
  RETURN_IF_ERROR(CheckAuthor(instruction.audience(), officer_id, city));
  if (instruction.author() == officer_id &&
      NeedsSecondPerson(instruction.audience(), city)) {
    return errors::WrongState(instruction.instruction_id(), "PENDING_RELEASE",
                              "Release",
                              "from district scope up another person than the "
                              "author releases it");
  }
  return Release(std::move(instruction), officer_id, request.request_id(), city,
                 now, deadline, store);
}

}  // namespace wangge::command
