#include "services/command/instruction/instructions.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "services/command/domain/cap.h"
#include "services/command/instruction/validate.h"

namespace wangge::command {
namespace {

// A call that changes instructions: who asks, when, with which city.
struct Context {
  InstructionStore& store;
  std::shared_ptr<const city::City> city;
  std::string officer_id;
  absl::Time now;
  absl::Time deadline;
};

absl::StatusOr<Context> ContextOf(const Instructions& room,
                                  const rpc::Call& call) {
  ASSIGN_OR_RETURN(auto city, city::Current(room.city));
  return Context{room.store, std::move(city), call.caller.officer_id,
                 room.clock.Now(), call.deadline};
}

template <typename Message>
Request RequestOf(const Context& context, Message message) {
  const std::string id = message.request_id();
  message.clear_request_id();
  return {context.officer_id, id,
          Sha256(absl::StrCat(Message::descriptor()->name(), "\n",
                              message.SerializeAsString()))};
}

bool WaitsForRelease(const v1::Instruction& i) {
  return i.state() == v1::INSTRUCTION_STATE_DRAFT ||
         i.state() == v1::INSTRUCTION_STATE_PENDING_RELEASE;
}

v1::InstructionState FirstState(bool draft) {
  return draft ? v1::INSTRUCTION_STATE_DRAFT
               : v1::INSTRUCTION_STATE_PENDING_RELEASE;
}

// What an instruction replaces or cancels must be in force and the officer's
// too.
absl::Status CheckReferenced(const v1::Instruction& instruction,
                             const v1::Instruction& referenced,
                             const Context& context) {
  RETURN_IF_ERROR(CheckReference(instruction, referenced));
  return CheckAuthor(referenced.audience(), context.officer_id, *context.city);
}

// An instruction with what it replaces or cancels.
struct Loaded {
  StoredInstruction stored;
  std::optional<StoredInstruction> referenced;
  const v1::Instruction* reference() const {
    return referenced ? &referenced->instruction : nullptr;
  }
};

absl::StatusOr<Loaded> Load(const std::string& instruction_id,
                            const Context& context) {
  Loaded loaded;
  ASSIGN_OR_RETURN(loaded.stored,
                   context.store.Get(instruction_id, context.deadline));
  const std::string& reference = loaded.stored.instruction.reference_id();
  if (!reference.empty()) {
    ASSIGN_OR_RETURN(loaded.referenced,
                     context.store.Get(reference, context.deadline));
  }
  return loaded;
}

absl::StatusOr<v1::Instruction> Read(const std::string& instruction_id,
                                     const Context& context) {
  return ReadInstruction(context.store, instruction_id, context.deadline);
}

// Sends an instruction to its audience. False when its state, or that of what
// it refers to, does not allow it any more.
absl::StatusOr<bool> Send(const Loaded& loaded, const Request& request,
                          const Context& context) {
  const Release release =
      ReleaseOf(loaded.stored, loaded.reference(), context.officer_id,
                *context.city, context.now);
  RETURN_IF_ERROR(CheckReachesSomebody(release));
  return context.store.Send(release, request, context.deadline);
}

// Continues with an instruction that a request has written: releases it when
// its author may, and a process may have died before it did.
absl::StatusOr<v1::Instruction> Continue(const std::string& instruction_id,
                                         const Context& context) {
  ASSIGN_OR_RETURN(const Loaded loaded, Load(instruction_id, context));
  const v1::Instruction& i = loaded.stored.instruction;
  if (i.state() == v1::INSTRUCTION_STATE_PENDING_RELEASE &&
      !NeedsSecondPerson(i, loaded.reference(), *context.city) &&
      FromProto(i.expire_time()) > context.now) {
    RETURN_IF_ERROR(Send(loaded, {}, context).status());
  }
  return Read(instruction_id, context);
}

// Writes a new instruction for the request and releases it when its author
// may.
absl::StatusOr<v1::Instruction> Write(v1::Instruction instruction,
                                      const Request& request,
                                      const Context& context) {
  RETURN_IF_ERROR(
      CheckAuthor(instruction.audience(), context.officer_id, *context.city));
  if (!instruction.reference_id().empty()) {
    ASSIGN_OR_RETURN(
        const StoredInstruction referenced,
        context.store.Get(instruction.reference_id(), context.deadline));
    RETURN_IF_ERROR(
        CheckReferenced(instruction, referenced.instruction, context));
  }
  RETURN_IF_ERROR(CheckReachesSomebody(ReleaseOf({instruction, 0, false, ""},
                                                 nullptr, context.officer_id,
                                                 *context.city, context.now)));
  instruction.set_instruction_id(NewUuid());
  ASSIGN_OR_RETURN(const bool added,
                   context.store.Add(instruction, request, context.deadline));
  if (added) return Continue(instruction.instruction_id(), context);
  // A concurrent repeat was first.
  ASSIGN_OR_RETURN(const auto earlier,
                   context.store.FindRequest(request, context.deadline));
  if (!earlier) return absl::AbortedError("the request vanished; try again");
  return Continue(*earlier, context);
}

// After a change that the state did not allow: the instruction of the same
// request, which was there before, or why not.
absl::StatusOr<v1::Instruction> RepeatOrConflict(
    const std::string& instruction_id, const std::string& method,
    const Request& request, const Context& context) {
  ASSIGN_OR_RETURN(const auto earlier,
                   context.store.FindRequest(request, context.deadline));
  if (earlier) return Read(*earlier, context);
  ASSIGN_OR_RETURN(const StoredInstruction now,
                   context.store.Get(instruction_id, context.deadline));
  return errors::WrongState(
      instruction_id, v1::InstructionState_Name(now.instruction.state()),
      method, "somebody else was faster, or what it refers to is not in force");
}

// Ends what was not released; cancels what was.
absl::StatusOr<v1::Instruction> Cancel(const v1::CancelInstructionRequest& r,
                                       const Request& request,
                                       const Context& context) {
  ASSIGN_OR_RETURN(const StoredInstruction original,
                   context.store.Get(r.instruction_id(), context.deadline));
  const v1::Instruction& i = original.instruction;
  RETURN_IF_ERROR(CheckAuthor(i.audience(), context.officer_id, *context.city));
  const bool waits_for_month = i.state() == v1::INSTRUCTION_STATE_EXPIRED &&
                               i.monthly() && original.successor_id.empty();
  if (WaitsForRelease(i) || waits_for_month) {
    ASSIGN_OR_RETURN(
        const bool ended,
        context.store.EndUnreleased(i.instruction_id(), r.reason(), request,
                                    context.now, context.deadline));
    if (ended) return Read(i.instruction_id(), context);
    return RepeatOrConflict(i.instruction_id(), "CancelInstruction", request,
                            context);
  }
  v1::Instruction cancel =
      CancelOf(i, r.reason(), context.officer_id, context.now);
  cancel.set_state(v1::INSTRUCTION_STATE_PENDING_RELEASE);
  return Write(std::move(cancel), request, context);
}

absl::Status CheckNotImported(const std::string& cap_reference,
                              const Context& context) {
  ASSIGN_OR_RETURN(const std::string known,
                   context.store.FindCap(cap_reference, context.deadline));
  if (known.empty()) return absl::OkStatus();
  return errors::Make(
      absl::StatusCode::kAlreadyExists, common::v1::ERROR_REASON_ALREADY_EXISTS,
      absl::StrCat("the alert was imported as instruction ", known),
      {{"resource", "instruction"}, {"id", known}});
}

// The instruction that an alert refers to: one imported from that alert, or
// one of ours, which carries its id for an identifier.
absl::StatusOr<std::string> ReferencedBy(const CapImport& cap,
                                         const Context& context) {
  std::string referenced;
  for (const CapReference& reference : cap.references) {
    ASSIGN_OR_RETURN(referenced,
                     context.store.FindCap(reference.text, context.deadline));
    if (referenced.empty()) referenced = reference.identifier;
  }
  return referenced;
}

}  // namespace

absl::StatusOr<v1::Instruction> CreateInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::CreateInstructionRequest& r) {
  ASSIGN_OR_RETURN(const Context context, ContextOf(room, call));
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   room.store.FindRequest(request, context.deadline));
  if (earlier) return Continue(*earlier, context);
  v1::Instruction instruction =
      InstructionOf(r, context.officer_id, context.now);
  instruction.set_state(FirstState(r.draft()));
  return Write(std::move(instruction), request, context);
}

absl::StatusOr<v1::Instruction> ReleaseInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::ReleaseInstructionRequest& r) {
  ASSIGN_OR_RETURN(const Context context, ContextOf(room, call));
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   room.store.FindRequest(request, context.deadline));
  if (earlier) return Read(*earlier, context);
  ASSIGN_OR_RETURN(const Loaded loaded, Load(r.instruction_id(), context));
  const v1::Instruction& i = loaded.stored.instruction;
  RETURN_IF_ERROR(CheckAuthor(i.audience(), context.officer_id, *context.city));
  ASSIGN_OR_RETURN(
      const ReleaseStep step,
      DecideRelease(i, NeedsSecondPerson(i, loaded.reference(), *context.city),
                    context.officer_id, context.now));
  if (loaded.referenced) {
    RETURN_IF_ERROR(
        CheckReferenced(i, loaded.referenced->instruction, context));
  }
  bool changed = false;
  if (step == ReleaseStep::kSubmit) {
    ASSIGN_OR_RETURN(changed, room.store.Submit(i.instruction_id(), request,
                                                context.deadline));
  } else {
    ASSIGN_OR_RETURN(changed, Send(loaded, request, context));
  }
  if (changed) return Read(i.instruction_id(), context);
  return RepeatOrConflict(i.instruction_id(), "ReleaseInstruction", request,
                          context);
}

absl::StatusOr<v1::Instruction> CancelInstruction(
    Instructions& room, const rpc::Call& call,
    const v1::CancelInstructionRequest& r) {
  ASSIGN_OR_RETURN(const Context context, ContextOf(room, call));
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   room.store.FindRequest(request, context.deadline));
  if (earlier) return Continue(*earlier, context);
  return Cancel(r, request, context);
}

absl::StatusOr<v1::Instruction> ImportCap(Instructions& room,
                                          const rpc::Call& call,
                                          const v1::ImportCapRequest& r) {
  ASSIGN_OR_RETURN(const Context context, ContextOf(room, call));
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   room.store.FindRequest(request, context.deadline));
  if (earlier) return Continue(*earlier, context);
  ASSIGN_OR_RETURN(CapImport cap, ParseCap(r.xml(), context.now));
  RETURN_IF_ERROR(CheckNotImported(cap.reference, context));
  ASSIGN_OR_RETURN(const std::string referenced, ReferencedBy(cap, context));
  if (cap.type == v1::INSTRUCTION_TYPE_CANCEL) {
    v1::CancelInstructionRequest cancel;
    cancel.set_request_id(r.request_id());
    cancel.set_instruction_id(referenced);
    cancel.set_reason(cap.request.text());
    RETURN_IF_ERROR(Validate(cancel));
    return Cancel(cancel, request, context);
  }
  cap.request.set_request_id(r.request_id());
  cap.request.set_replaces_instruction_id(referenced);
  RETURN_IF_ERROR(Validate(cap.request));
  v1::Instruction instruction =
      InstructionOf(cap.request, context.officer_id, context.now);
  instruction.set_cap_reference(cap.reference);
  instruction.set_state(FirstState(r.draft()));
  return Write(std::move(instruction), request, context);
}

}  // namespace wangge::command
