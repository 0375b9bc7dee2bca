// Writing, releasing and cancelling instructions.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "services/command/instruction/instruction_store.h"
#include "services/command/instruction/reach_store.h"

namespace wangge::command {

// Who asks, when, and with which city.
struct InstructionContext {
  const city::City& city;
  std::string officer_id;
  absl::Time now;
  absl::Time deadline;
};

// Requests are validated before. A repeat returns the instruction that the
// first call made or changed, as it is now. Thread-safe.
class Instructions {
 public:
  Instructions(InstructionStore* store, ReachStore* reach)
      : store_(*store), reach_(*reach) {}

  absl::StatusOr<v1::Instruction> Create(const v1::CreateInstructionRequest& r,
                                         const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Release(
      const v1::ReleaseInstructionRequest& r,
      const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Cancel(const v1::CancelInstructionRequest& r,
                                         const InstructionContext& context);
  absl::StatusOr<v1::Instruction> Import(const v1::ImportCapRequest& r,
                                         const InstructionContext& context);
  // With its reach.
  absl::StatusOr<v1::Instruction> Get(const std::string& instruction_id,
                                      absl::Time deadline);
  absl::StatusOr<v1::ListInstructionsResponse> List(
      const v1::ListInstructionsRequest& r, absl::Time deadline);

 private:
  // An instruction with what it replaces or cancels.
  struct Loaded {
    StoredInstruction stored;
    std::optional<StoredInstruction> referenced;
    const v1::Instruction* reference() const {
      return referenced ? &referenced->instruction : nullptr;
    }
  };

  absl::StatusOr<Loaded> Load(const std::string& instruction_id,
                              absl::Time deadline);
  // Writes a new instruction for the request and releases it when its author
  // may.
  absl::StatusOr<v1::Instruction> Write(v1::Instruction instruction,
                                        const Request& request,
                                        const InstructionContext& context);
  // Goes on with an instruction that a request has made: a process may have
  // died before it was released.
  absl::StatusOr<v1::Instruction> GoOn(const std::string& instruction_id,
                                       const InstructionContext& context);
  absl::StatusOr<v1::Instruction> CancelFor(
      const v1::CancelInstructionRequest& r, const Request& request,
      const InstructionContext& context);
  absl::StatusOr<bool> Send(const Loaded& loaded, const Request& request,
                            const InstructionContext& context);
  absl::StatusOr<v1::Instruction> EndUnreleased(
      const std::string& instruction_id, const std::string& reason,
      const Request& request, const InstructionContext& context);
  // The instruction of a request that was there before, or why the state does
  // not allow it.
  absl::StatusOr<v1::Instruction> Standing(const std::string& instruction_id,
                                           const std::string& command,
                                           const Request& request,
                                           absl::Time deadline);

  InstructionStore& store_;
  ReachStore& reach_;
};

// How an instruction goes out to its audience as it is now.
Release ReleaseOf(StoredInstruction stored, const v1::Instruction* reference,
                  const std::string& releaser, const city::City& city,
                  absl::Time now);

}  // namespace wangge::command
