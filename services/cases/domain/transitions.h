// The state machine of a case as data. The same table decides which command is
// possible in which state, is printed as docs/concepts/lifecycle.md, and is
// what the tests must have walked through.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "wangge/cases/v1/case.pb.h"

namespace wangge::cases {

using v1::Case;
using v1::CaseState;

// A row: an event, the states it starts from and those it leads to.
struct Transition {
  const char* number;           // As the design numbers it: `12`, `J4`.
  const char* command;          // What CheckState is asked with.
  const char* method;           // Of the service, or what does it instead.
  std::vector<CaseState> from;  // Empty: before there is a case.
  std::vector<CaseState> to;    // Empty: the state stays.
  const char* who;              // May do it.
  const char* guard;            // What must be true.
  const char* clock;            // Timers that it starts, moves or stops.
  const char* told;             // What the source is told.
};

const std::vector<Transition>& Transitions();

// OK when the command is possible in the case's state, else WRONG_STATE.
absl::Status CheckState(const Case& c, const std::string& command);

// RECEIVED for CASE_STATE_RECEIVED.
std::string StateName(CaseState state);

// True until the case is closed, rejected, merged, cancelled or transferred.
bool IsOpen(CaseState state);

}  // namespace wangge::cases
