#include "services/cases/domain/lifecycle_doc.h"

#include <map>

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

The conditions are in `domain/guards.cc` and `domain/decide_*.cc`. One test tries every command in every state; another walks through all rows
at random and checks each event against its row (states, who, timers, what the source is told) and the case against what must always hold.

| # | method | from | to | who | timers started | the source is told | conditions |
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

| timer | ends | then |
|---|---|---|
| file | 60 s after the report came | reminds |
| verify | 2 h | reminds |
| accept | 10 min for safety, 30 min when urgent, else 4 working hours | reminds |
| handle | at 80 % of the limit | urges |
| overdue | at 100 % of the limit | supervises |
| check | 24 h | reminds |
| return | 2 h | reminds of deciding it |
| approval | one working day | lapses |
| review | the review time of a suspension | resumes; the limit goes on with what was left |
| reply | one working day | the next centre above takes over |
| adjudication | one working day, 2 h for safety | silence accepts; the centre above coordinates |
)";

// What the guards ask for besides the role, by command: prose, for people.
const std::map<std::string, const char*>& Conditions() {
  static const auto* const conditions = new std::map<std::string, const char*>{
      {"Admit", "its source_ref is new"},
      {"RequestVerification", "the place has a grid team with an officer"},
      {"ReportVerification",
       "found or not, in words; routed again, filed and dispatched at once "
       "when that is sure"},
      {"Reject", "a reason and the proper channel"},
      {"Merge",
       "a dispatcher above both; the other case is open or closed less than 15 "
       "days ago, and not merged itself"},
      {"Unmerge", "a dispatcher above both; the merge was wrong"},
      {"Dispatch",
       "a category; at least one unit, whose level the category allows"},
      {"Accept",
       "the named officer, or another of the unit; no return is being decided"},
      {"RequestReturn",
       "within one working day; legal basis; twice at most, and not by a unit "
       "that an adjudication named; the second time the parties consult, "
       "before that the state stays"},
      {"Return",
       "a dispatcher above both units, not who asked; routed again without "
       "that unit"},
      {"DecideApproval",
       "not who asked; a leader of the centre for a second extension and for a "
       "suspension over 30 days; the approval is pending"},
      {"Extend",
       "the lead asks, DecideApproval grants; before the limit has passed; "
       "twice at most"},
      {"Suspend",
       "the lead asks, DecideApproval grants; a reason from the list; a review "
       "time"},
      {"Resume", ""},
      {"Urge", "once in ten minutes"},
      {"Supervise", ""},
      {"ReplySupervision", "a reply is owed"},
      {"SubmitResult",
       "accepted; no return is being decided; every part checked or waived"},
      {"CheckPass",
       "also grid leaders and checkers; who handled no part; the closing "
       "condition"},
      {"CheckFail",
       "the same persons; a reason; the third time it is supervised"},
      {"Close",
       "of a joint case the centre above all its units, not its lead; nothing "
       "is pending; where the source wants it the reporter was asked, or three "
       "times not reached; of a joint case the root cause"},
      {"FollowUp", "contacted, resolved, satisfied: each yes, no or unknown"},
      {"Reopen",
       "also grid leaders and checkers; closed less than 15 days ago; round + "
       "1; the same unit first; half the limit"},
      {"Cancel",
       "the source at once, but not a safety matter; a dispatcher with another "
       "one's DecideApproval"},
      {"Transfer", "the outside body's receipt"},
      {"Reclassify",
       "a dispatcher at once, others with a dispatcher's DecideApproval; "
       "another category or another place; the assignment stays where the unit "
       "does; the limit only gets shorter"},
      {"ProposeJoint",
       "two parties at least; by rule at a second return and for an asset "
       "without owner"},
      {"Convene", "the coordinating centre"},
      {"RecordPosition",
       "accepts or refuses, with its basis; silence at the deadline accepts"},
      {"DecideJoint", "the coordinating centre; exactly one lead, a party"},
      {"ElevateConsultation",
       "the centre above coordinates; at the city's it is J6 that is awaited"},
      {"Adjudicate",
       "a centre above the coordinating one, the city's when it coordinates; "
       "reasoned; the units named cannot return the case"},
      {"CompleteAssignment", "its part is accepted"},
      {"CheckAssignment",
       "also grid leaders and checkers; done; or waived with a reason, by a "
       "dispatcher"},
      {"ChangeCoHandlers",
       "a dispatcher at once, the lead with a dispatcher's DecideApproval; not "
       "the lead itself; nobody twice"},
      {"LinkToBatch", "a batch, or a root cause to open one with"},
      {"RevealReporter", "a purpose, recorded first"},
      {"EraseReporter",
       "the time that reporters are kept is over; a case that it was merged "
       "into has ended too"},
      {"Redact", "a reason"},
  };
  return *conditions;
}

const char* RoleName(Role role) {
  switch (role) {
    case Role::kSource:
      return "source";
    case Role::kDispatcher:
      return "dispatcher";
    case Role::kLead:
      return "officer of the lead";
    case Role::kCoHandler:
      return "officer of a co-handler";
    case Role::kParty:
      return "officer of a party";
    case Role::kAccountable:
      return "officer of the unit in charge";
    case Role::kVerifier:
      return "the grid team that was asked";
    case Role::kGridWorker:
      return "grid worker";
    case Role::kRule:
      return "rule";
    case Role::kTimer:
      return "timer";
    case Role::kRetention:
      return "retention";
  }
  return "";
}

template <typename List, typename Name>
std::string Join(const List& list, const Name& name) {
  return absl::StrJoin(list, ", ", [&](std::string* out, const auto& one) {
    out->append(name(one));
  });
}

std::string FeedbackName(v1::FeedbackKind kind) {
  static constexpr size_t kPrefix = sizeof("FEEDBACK_KIND_") - 1;
  return v1::FeedbackKind_Name(kind).substr(kPrefix);
}

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
                    Join(row.who, RoleName), " | ",
                    absl::StrJoin(row.starts, ", "), " | ",
                    Join(row.told, FeedbackName), " | ",
                    Conditions().at(row.command), " |\n");
  }
  return text + kNotes;
}

}  // namespace wangge::cases
