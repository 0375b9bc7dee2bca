// The state machine of a case as data. The same table decides which command is
// possible in which state and is printed as docs/lifecycle.md; the tests walk
// through it at random and check every event against all columns of its row.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "wangge/cases/v1/case.pb.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

using v1::Case;
using v1::CaseState;

// In what capacity somebody acts on a case.
enum class Role {
  kSource,       // A source of the case.
  kDispatcher,   // Dispatches in an operation centre above the units.
  kLead,         // An officer of the unit that leads.
  kCoHandler,    // An officer of another unit with an assignment.
  kParty,        // An officer of a party of the consultation.
  kAccountable,  // An officer of the unit in charge, lead or centre.
  kVerifier,     // An officer of the grid team that is to look.
  kGridWorker,   // Holds such a post, anywhere.
  kRule,         // Nobody: it follows from what happened.
  kTimer,        // Nobody: it was due.
  kRetention,    // Nobody: data are kept no longer.
};

// A row: an event, the states it starts from and those it leads to.
struct Transition {
  const char* number;               // As the design numbers it: `12`, `J4`.
  const char* command;              // What CheckState is asked with.
  const char* method;               // Of the service, or what does it instead.
  std::vector<CaseState> from;      // Empty: before there is a case.
  std::vector<CaseState> to;        // Empty: the state stays.
  std::vector<Role> who;            // May cause it, and nobody else.
  std::vector<const char*> starts;  // Timers that may run after it and did
                                    // not before, as TimerName calls them.
  std::vector<v1::FeedbackKind> told;  // What its sources may be told.
};

const std::vector<Transition>& Transitions();

// OK when the command is possible in the case's state, else WRONG_STATE.
absl::Status CheckState(const Case& c, const std::string& command);

// RECEIVED for CASE_STATE_RECEIVED.
std::string StateName(CaseState state);

// True until the case is closed, rejected, merged, cancelled or transferred.
bool IsOpen(CaseState state);

}  // namespace wangge::cases
