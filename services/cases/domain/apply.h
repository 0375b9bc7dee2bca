// A case is a fold: applying its events in order to an empty Case gives the
// case. Pure.
#pragma once

#include <vector>

#include "services/cases/domain/transitions.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

using v1::Assignment;
using v1::CaseEvent;

// Codes of Case.operator_reason beside those that come with a plan. Stored:
// they never change.
constexpr char kNotFoundOnSpot[] = "not_found_on_spot";
constexpr char kReturned[] = "returned";
constexpr char kReopened[] = "reopened";
constexpr char kUnmerged[] = "unmerged";

// Applies one event, all but the chain's hash, which depends on how the event
// is stored. REQUIRES: event.sequence() == c->version() + 1.
void Apply(const CaseEvent& event, Case* c);

// Applies one event and links it: the case's chain_hash is then the event's.
void ApplyLinked(const CaseEvent& event, Case* c);

// Applies events in order and links the last one, as all before it are named by
// the next.
void ApplyAll(const std::vector<CaseEvent>& events, Case* c);

// The whole fold.
Case Fold(const std::vector<CaseEvent>& events);

// The lead's assignment that is not withdrawn; null when there is none.
const Assignment* LeadOf(const Case& c);
// True for assignments that are neither withdrawn nor waived.
bool IsLive(const Assignment& assignment);
// The units with an assignment that lives.
std::vector<std::string> LiveUnits(const Case& c);
// The approval that waits for a decision; null when there is none.
const v1::Approval* PendingApproval(const Case& c);
// The return that waits for a decision; null when there is none.
const v1::Approval* PendingReturn(const Case& c);
// True when the unit in charge owes the supervision a reply.
bool IsOwed(const v1::Supervision& supervision);

}  // namespace wangge::cases
