// A case is a fold: applying its events in order to an empty Case gives the
// case. Pure.
#pragma once

#include <vector>

#include "services/cases/domain/transitions.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

using v1::Assignment;
using v1::CaseEvent;

// Applies one event. REQUIRES: event.sequence() == c->version() + 1.
void Apply(const CaseEvent& event, Case* c);

// The whole fold.
Case Fold(const std::vector<CaseEvent>& events);

// The lead's assignment that is not withdrawn; null when there is none.
const Assignment* LeadOf(const Case& c);
// True for assignments that are neither withdrawn nor waived.
bool IsLive(const Assignment& assignment);

}  // namespace wangge::cases
