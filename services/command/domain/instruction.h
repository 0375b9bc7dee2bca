// The life of an instruction. Pure.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "city/city.h"
#include "services/command/domain/audience.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// An instruction as stored: what was written, and its life.
struct StoredInstruction {
  v1::Instruction instruction;  // Without its reach.
  int64_t delivery_no = 0;      // What it sent; 0 before the release.
  bool reach_measured = false;
  std::string successor_id;  // Of a monthly drill that was repeated.
};

// What a request writes, without id and state.
v1::Instruction InstructionOf(const v1::CreateInstructionRequest& request,
                              const std::string& author, absl::Time now);
// What cancels a released instruction.
v1::Instruction CancelOf(const v1::Instruction& original,
                         const std::string& reason, const std::string& author,
                         absl::Time now);
// The same drill a month later.
v1::Instruction NextDrill(const v1::Instruction& drill, absl::Time now);

// FAILED_PRECONDITION unless an instruction may replace or cancel `referenced`,
// which must be in force and of the same mode: an exercise never becomes
// actual.
absl::Status CheckReference(const v1::Instruction& instruction,
                            const v1::Instruction& referenced);

// True when another person than the author must release: from district scope
// up, its own or that of what it replaces or cancels (null for none).
bool NeedsSecondPerson(const v1::Instruction& instruction,
                       const v1::Instruction* referenced,
                       const city::City& city);

// What a release by somebody comes to.
enum class ReleaseStep {
  kRelease,  // It goes out.
  kSubmit,   // The author hands the draft to another person.
};
// FAILED_PRECONDITION says why it cannot be released by the person.
absl::StatusOr<ReleaseStep> DecideRelease(const v1::Instruction& instruction,
                                          bool needs_second_person,
                                          const std::string& officer_id,
                                          absl::Time now);

// What its recipients get.
v1::Delivery DeliveryOf(const v1::Instruction& instruction);
// What those get who had an instruction and do not get what replaces it.
v1::Delivery NoticeOf(const v1::Instruction& replaced, absl::Time now);

}  // namespace wangge::command
