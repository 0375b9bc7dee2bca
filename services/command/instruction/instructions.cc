#include "services/command/instruction/instructions.h"

#include <limits>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "services/command/domain/cap.h"
#include "services/command/validate.h"

namespace wangge::command {
namespace {

template <typename Message>
Request RequestOf(const InstructionContext& context, Message message) {
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

// What an instruction touches must be in force and the officer's too.
absl::Status CheckTouches(const v1::Instruction& instruction,
                          const v1::Instruction& referenced,
                          const InstructionContext& context) {
  RETURN_IF_ERROR(CheckReference(instruction, referenced));
  return CheckAuthor(referenced.audience(), context.officer_id, context.city);
}

absl::Status CheckReachesSomebody(const Release& release) {
  const v1::Instruction& instruction = release.released.instruction;
  errors::Violations v;
  v.Require(instruction.type() == v1::INSTRUCTION_TYPE_CANCEL ||
                !release.audience.recipient_ids.empty(),
            "audience", "holds nobody; see how many with PreviewAudience");
  v.Require(!instruction.has_mobilisation() || !release.micro_grids.empty(),
            "mobilisation", "the subtree has no micro-grids");
  return v.ToStatus();
}

}  // namespace

Release ReleaseOf(StoredInstruction stored, const v1::Instruction* reference,
                  const std::string& releaser, const city::City& city,
                  absl::Time now) {
  Release release;
  v1::Instruction& i = stored.instruction;
  i.set_state(v1::INSTRUCTION_STATE_RELEASED);
  i.set_releaser(releaser);
  *i.mutable_release_time() = ToProto(now);
  i.set_city_version(city.version().version());
  if (i.type() != v1::INSTRUCTION_TYPE_CANCEL) {
    release.audience = ResolveAudience(i.audience(), city);
  }
  if (i.has_mobilisation()) {
    release.micro_grids = MicroGridsIn(i.audience().subtree_grid_id(), city);
  }
  if (reference != nullptr) release.notice = NoticeOf(*reference, now);
  release.released = std::move(stored);
  return release;
}

absl::StatusOr<Instructions::Loaded> Instructions::Load(
    const std::string& instruction_id, absl::Time deadline) {
  Loaded loaded;
  ASSIGN_OR_RETURN(loaded.stored, store_.Get(instruction_id, deadline));
  const std::string& reference = loaded.stored.instruction.reference_id();
  if (!reference.empty()) {
    ASSIGN_OR_RETURN(loaded.referenced, store_.Get(reference, deadline));
  }
  return loaded;
}

absl::StatusOr<v1::Instruction> Instructions::Create(
    const v1::CreateInstructionRequest& r, const InstructionContext& context) {
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   store_.FindRequest(request, context.deadline));
  if (earlier) return GoOn(*earlier, context);
  v1::Instruction instruction =
      InstructionOf(r, context.officer_id, context.now);
  instruction.set_state(FirstState(r.draft()));
  return Write(std::move(instruction), request, context);
}

absl::StatusOr<v1::Instruction> Instructions::Write(
    v1::Instruction instruction, const Request& request,
    const InstructionContext& context) {
  RETURN_IF_ERROR(
      CheckAuthor(instruction.audience(), context.officer_id, context.city));
  if (!instruction.reference_id().empty()) {
    ASSIGN_OR_RETURN(const StoredInstruction referenced,
                     store_.Get(instruction.reference_id(), context.deadline));
    RETURN_IF_ERROR(CheckTouches(instruction, referenced.instruction, context));
  }
  RETURN_IF_ERROR(CheckReachesSomebody(ReleaseOf({instruction, 0, false, ""},
                                                 nullptr, context.officer_id,
                                                 context.city, context.now)));
  instruction.set_instruction_id(NewUuid());
  ASSIGN_OR_RETURN(const bool added,
                   store_.Add(instruction, request, context.deadline));
  if (added) return GoOn(instruction.instruction_id(), context);
  // A concurrent repeat was first.
  ASSIGN_OR_RETURN(const auto standing,
                   store_.FindRequest(request, context.deadline));
  if (!standing) return absl::AbortedError("the request vanished; try again");
  return GoOn(*standing, context);
}

absl::StatusOr<v1::Instruction> Instructions::GoOn(
    const std::string& instruction_id, const InstructionContext& context) {
  ASSIGN_OR_RETURN(const Loaded loaded, Load(instruction_id, context.deadline));
  const v1::Instruction& i = loaded.stored.instruction;
  if (i.state() == v1::INSTRUCTION_STATE_PENDING_RELEASE &&
      !NeedsSecondPerson(i, loaded.reference(), context.city) &&
      FromProto(i.expire_time()) > context.now) {
    RETURN_IF_ERROR(Send(loaded, {}, context).status());
  }
  return Get(instruction_id, context.deadline);
}

absl::StatusOr<bool> Instructions::Send(const Loaded& loaded,
                                        const Request& request,
                                        const InstructionContext& context) {
  const command::Release release =
      ReleaseOf(loaded.stored, loaded.reference(), context.officer_id,
                context.city, context.now);
  RETURN_IF_ERROR(CheckReachesSomebody(release));
  return store_.Send(release, request, context.deadline);
}

absl::StatusOr<v1::Instruction> Instructions::Release(
    const v1::ReleaseInstructionRequest& r, const InstructionContext& context) {
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   store_.FindRequest(request, context.deadline));
  if (earlier) return Get(*earlier, context.deadline);
  ASSIGN_OR_RETURN(const Loaded loaded,
                   Load(r.instruction_id(), context.deadline));
  const v1::Instruction& i = loaded.stored.instruction;
  RETURN_IF_ERROR(CheckAuthor(i.audience(), context.officer_id, context.city));
  ASSIGN_OR_RETURN(
      const ReleaseStep step,
      DecideRelease(i, NeedsSecondPerson(i, loaded.reference(), context.city),
                    context.officer_id, context.now));
  if (loaded.referenced) {
    RETURN_IF_ERROR(CheckTouches(i, loaded.referenced->instruction, context));
  }
  if (step == ReleaseStep::kSubmit) {
    ASSIGN_OR_RETURN(
        const bool submitted,
        store_.Submit(i.instruction_id(), request, context.deadline));
    if (submitted) return Get(i.instruction_id(), context.deadline);
  } else {
    ASSIGN_OR_RETURN(const bool sent, Send(loaded, request, context));
    if (sent) return Get(i.instruction_id(), context.deadline);
  }
  return Standing(i.instruction_id(), "Release", request, context.deadline);
}

absl::StatusOr<v1::Instruction> Instructions::Cancel(
    const v1::CancelInstructionRequest& r, const InstructionContext& context) {
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   store_.FindRequest(request, context.deadline));
  if (earlier) return GoOn(*earlier, context);
  return CancelFor(r, request, context);
}

absl::StatusOr<v1::Instruction> Instructions::CancelFor(
    const v1::CancelInstructionRequest& r, const Request& request,
    const InstructionContext& context) {
  ASSIGN_OR_RETURN(const StoredInstruction original,
                   store_.Get(r.instruction_id(), context.deadline));
  const v1::Instruction& i = original.instruction;
  RETURN_IF_ERROR(CheckAuthor(i.audience(), context.officer_id, context.city));
  const bool waits_for_month = i.state() == v1::INSTRUCTION_STATE_EXPIRED &&
                               i.monthly() && original.successor_id.empty();
  if (WaitsForRelease(i) || waits_for_month) {
    return EndUnreleased(i.instruction_id(), r.reason(), request, context);
  }
  v1::Instruction cancel =
      CancelOf(i, r.reason(), context.officer_id, context.now);
  cancel.set_state(v1::INSTRUCTION_STATE_PENDING_RELEASE);
  return Write(std::move(cancel), request, context);
}

absl::StatusOr<v1::Instruction> Instructions::EndUnreleased(
    const std::string& instruction_id, const std::string& reason,
    const Request& request, const InstructionContext& context) {
  ASSIGN_OR_RETURN(const bool ended,
                   store_.EndUnreleased(instruction_id, reason, request,
                                        context.now, context.deadline));
  if (ended) return Get(instruction_id, context.deadline);
  return Standing(instruction_id, "Cancel", request, context.deadline);
}

absl::StatusOr<v1::Instruction> Instructions::Standing(
    const std::string& instruction_id, const std::string& command,
    const Request& request, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto same, store_.FindRequest(request, deadline));
  if (same) return Get(*same, deadline);
  ASSIGN_OR_RETURN(const StoredInstruction now,
                   store_.Get(instruction_id, deadline));
  return errors::WrongState(
      instruction_id, v1::InstructionState_Name(now.instruction.state()),
      command,
      "somebody else was faster, or what it refers to is not in force");
}

absl::StatusOr<v1::Instruction> Instructions::Import(
    const v1::ImportCapRequest& r, const InstructionContext& context) {
  const Request request = RequestOf(context, r);
  ASSIGN_OR_RETURN(const auto earlier,
                   store_.FindRequest(request, context.deadline));
  if (earlier) return GoOn(*earlier, context);
  ASSIGN_OR_RETURN(CapImport cap, ParseCap(r.xml(), context.now));
  ASSIGN_OR_RETURN(const std::string known,
                   store_.FindCap(cap.reference, context.deadline));
  if (!known.empty()) {
    return errors::Make(
        absl::StatusCode::kAlreadyExists,
        common::v1::ERROR_REASON_ALREADY_EXISTS,
        absl::StrCat("the alert was imported as instruction ", known),
        {{"resource", "instruction"}, {"id", known}});
  }
  std::string referenced;
  for (const CapReference& reference : cap.references) {
    ASSIGN_OR_RETURN(referenced,
                     store_.FindCap(reference.text, context.deadline));
    if (referenced.empty()) referenced = reference.identifier;
  }
  if (cap.type == v1::INSTRUCTION_TYPE_CANCEL) {
    v1::CancelInstructionRequest cancel;
    cancel.set_request_id(r.request_id());
    cancel.set_instruction_id(referenced);
    cancel.set_reason(cap.request.text());
    RETURN_IF_ERROR(Validate(cancel));
    return CancelFor(cancel, request, context);
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

absl::StatusOr<v1::Instruction> Instructions::Get(
    const std::string& instruction_id, absl::Time deadline) {
  ASSIGN_OR_RETURN(StoredInstruction stored,
                   store_.Get(instruction_id, deadline));
  if (stored.delivery_no != 0) {
    ASSIGN_OR_RETURN(
        *stored.instruction.mutable_reach(),
        reach_.GetReach(stored, common::v1::GRID_LEVEL_UNSPECIFIED, deadline));
  }
  return std::move(stored.instruction);
}

absl::StatusOr<v1::ListInstructionsResponse> Instructions::List(
    const v1::ListInstructionsRequest& r, absl::Time deadline) {
  int64_t before = std::numeric_limits<int64_t>::max();
  if (!r.page_token().empty() && !absl::SimpleAtoi(r.page_token(), &before)) {
    return absl::InvalidArgumentError("page_token is none");
  }
  std::vector<v1::InstructionState> states;
  for (const int state : r.states()) {
    states.push_back(static_cast<v1::InstructionState>(state));
  }
  const int limit = PageSize(r.page_size());
  ASSIGN_OR_RETURN(auto listed, store_.List(states, before, limit, deadline));
  v1::ListInstructionsResponse response;
  for (auto& one : listed) {
    *response.add_instructions() = std::move(one.instruction);
  }
  if (listed.size() == static_cast<size_t>(limit)) {
    response.set_next_page_token(absl::StrCat(listed.back().instruction_no));
  }
  return response;
}

}  // namespace wangge::command
