#include "services/cases/domain/lifecycle_doc.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/cases/domain/transitions.h"

namespace wangge::cases {
namespace {

constexpr char kIntroduction[] =
    R"(# The states of a case

Generated from `services/cases/domain/transitions.cc` by `wangge_lifecycle_doc`; a test compares them.

States: RECEIVED, VERIFYING, FILED, DISPATCHED, IN_PROGRESS, CONSULTING, SUSPENDED, HANDLED, CHECKED, CLOSED; terminal besides: REJECTED,
MERGED, CANCELLED, TRANSFERRED. State says where, outcome says what, round says how often: "closed" is never shown as "solved" unless it
was. "any open" is every state from RECEIVED to CHECKED; an empty "to" means that the state stays.

The guards are in `domain/guards.cc` and `domain/decide_*.cc`. One test tries every command in every state; another walks through all rows
at random and checks each event against its row and the case against what must always hold.

| # | method | from | to | who | guard | clock | the source is told |
|---|---|---|---|---|---|---|---|
)";

constexpr char kNotes[] = R"(
## Approvals
What another person must grant (退单, 延期, 挂账, 作废, 更正, 加派) is an approval of the case: pending, then approved, rejected or lapsed. One
waits at a time. It lapses when nobody decides it within one working day, or when the case moves on; a return only is reminded of after two
hours and stays. Requester and approver are never the same person.

## Timers
They are computed from the case (`domain/limits.cc`); the row keeps only the next one. A timer is named after its kind and its time, so that
one that has moved fires again and one that is late or comes twice changes nothing. Limits are working time of the city's calendar unless
they guard safety.
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
