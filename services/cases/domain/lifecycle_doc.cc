#include "services/cases/domain/lifecycle_doc.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cases/domain/transitions.h"

namespace wangge::cases {
namespace {

constexpr char kIntroduction[] =
    R"(# The lifecycle of a case

Generated from `services/cases/domain/transitions.cc` by `wangge_lifecycle_doc`; a test compares them.

**State** says where a case is, **outcome** what came of it, **round** how often it was handled: "closed" is never shown as "solved" unless the outcome says so.

```mermaid
stateDiagram-v2
  [*] --> RECEIVED
  RECEIVED --> VERIFYING: RequestVerification
  VERIFYING --> RECEIVED: ReportVerification
  RECEIVED --> DISPATCHED: DispatchCase, or the rule at once
  FILED --> DISPATCHED: DispatchCase
  DISPATCHED --> FILED: return granted, no other unit is certain
  DISPATCHED --> IN_PROGRESS: AcceptAssignment
  DISPATCHED --> CONSULTING: second RequestReturn, ProposeJoint
  IN_PROGRESS --> CONSULTING: ProposeJoint
  CONSULTING --> DISPATCHED: DecideJoint, AdjudicateJoint
  IN_PROGRESS --> SUSPENDED: SuspendCase, granted
  SUSPENDED --> IN_PROGRESS: ResumeCase
  IN_PROGRESS --> HANDLED: SubmitResult
  HANDLED --> IN_PROGRESS: CheckResult fails
  HANDLED --> CHECKED: CheckResult passes
  CHECKED --> CLOSED: CloseCase
  CLOSED --> DISPATCHED: ReopenCase
```

The diagram shows the usual transitions, the table all of them. Terminal states besides CLOSED: REJECTED, MERGED, CANCELLED, TRANSFERRED. In
the table "any open" is every state from RECEIVED to CHECKED; an empty "to" means that the state does not change.

`domain/guards.cc` and `domain/decide_*.cc` implement the guards. One test tries every command in every state; another walks through all rows at random and checks each
event against its row, and the invariants of the case.

| # | method | from | to | who | guard | clock | the source is told |
|---|---|---|---|---|---|---|---|
)";

constexpr char kNotes[] = R"(
## Approvals
What another person must grant (退单, 延期, 挂账, 作废, 更正, 加派) is an approval of the case: pending, then approved, rejected or lapsed. Only one is pending at a
time. It lapses when nobody decides it within one working day, or when the case moves on. A return never lapses: the dispatcher is reminded after two hours. Requester and
approver are never the same person.

## Timers
Timers are computed from the case (`domain/limits.cc`); the row stores only the next one. A timer is identified by its kind and its time, so one that was moved fires
again, and one that fires late or twice changes nothing. Limits are working time of the city's calendar unless they protect safety.
)";

std::string StatesOf(const std::vector<CaseState>& states,
                     const std::string& none) {
  if (states.empty()) return none;
  size_t open = 0;
  for (const CaseState state : states) open += IsOpen(state);
  std::vector<std::string> names;
  // All nine open ones have one name.
  const bool all_open = open == 9;
  if (all_open) names.push_back("any open");
  for (const CaseState state : states) {
    if (!all_open || !IsOpen(state)) names.push_back(StateName(state));
  }
  return absl::StrJoin(names, ", ");
}

}  // namespace

std::string LifecycleDocument() {
  std::string text = kIntroduction;
  for (const Transition& row : Transitions()) {
    absl::StrAppend(&text, "| ", row.number, " | ", row.method, " | ",
                    StatesOf(row.from, "–"), " | ", StatesOf(row.to, ""), " | ",
                    row.who, " | ", row.guard, " | ", row.clock, " | ",
                    row.told, " |\n");
  }
  return text + kNotes;
}

}  // namespace wangge::cases
