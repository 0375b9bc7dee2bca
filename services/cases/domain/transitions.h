// The state machine of a case as data: which command is possible in which
// states. docs/lifecycle.md tells the meaning of each row.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "wangge/cases/v1/case.pb.h"

namespace wangge::cases {

using v1::Case;
using v1::CaseState;

// A row: a command and the states it starts from.
struct Transition {
  const char* number;   // As in docs/lifecycle.md.
  const char* command;  // The event's name there.
  std::vector<CaseState> from;
};

const std::vector<Transition>& Transitions();

// OK when the command is possible in the case's state, else WRONG_STATE.
absl::Status CheckState(const Case& c, const std::string& command);

// RECEIVED for CASE_STATE_RECEIVED.
std::string StateName(CaseState state);

// True until the case is closed, rejected, merged, cancelled or transferred.
bool IsOpen(CaseState state);

}  // namespace wangge::cases
