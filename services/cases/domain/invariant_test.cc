// Random walks: what must always hold, and every event against its row of the
// table of transitions.
#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/feedback.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/random_walk.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

// The command that asks for an approval.
std::string CommandOf(v1::ApprovalKind kind) {
  switch (kind) {
    case v1::APPROVAL_KIND_RETURN:
      return "RequestReturn";
    case v1::APPROVAL_KIND_EXTENSION:
      return "Extend";
    case v1::APPROVAL_KIND_SUSPENSION:
      return "Suspend";
    case v1::APPROVAL_KIND_CANCEL:
      return "Cancel";
    case v1::APPROVAL_KIND_RECLASSIFICATION:
      return "Reclassify";
    case v1::APPROVAL_KIND_CO_HANDLERS:
      return "ChangeCoHandlers";
    default:
      return "";
  }
}

// The row of the table that an event belongs to.
std::string CommandOf(const CaseEvent& event) {
  switch (event.body_case()) {
    case CaseEvent::kAdmitted:
      return "Admit";
    case CaseEvent::kVerificationRequested:
      return "RequestVerification";
    case CaseEvent::kVerified:
      return "ReportVerification";
    case CaseEvent::kRejected:
      return "Reject";
    case CaseEvent::kMerged:
      return "Merge";
    case CaseEvent::kUnmerged:
      return "Unmerge";
    case CaseEvent::kFiled:
    case CaseEvent::kDispatched:
      return "Dispatch";
    case CaseEvent::kAccepted:
      return "Accept";
    case CaseEvent::kApprovalRequested:
      return CommandOf(event.approval_requested().approval().kind());
    case CaseEvent::kApprovalDecided:
      return "DecideApproval";
    case CaseEvent::kReturned:
      return "Return";
    case CaseEvent::kExtended:
      return "Extend";
    case CaseEvent::kSuspended:
      return "Suspend";
    case CaseEvent::kResumed:
      return "Resume";
    case CaseEvent::kUrged:
      return "Urge";
    case CaseEvent::kSupervised:
      return "Supervise";
    case CaseEvent::kSupervisionReplied:
      return "ReplySupervision";
    case CaseEvent::kHandled:
      return "SubmitResult";
    case CaseEvent::kCheckPassed:
      return "CheckPass";
    case CaseEvent::kCheckFailed:
      return "CheckFail";
    case CaseEvent::kClosed:
      return "Close";
    case CaseEvent::kFollowedUp:
      return "FollowUp";
    case CaseEvent::kReopened:
      return "Reopen";
    case CaseEvent::kCancelled:
      return "Cancel";
    case CaseEvent::kTransferred:
      return "Transfer";
    case CaseEvent::kReclassified:
      return "Reclassify";
    case CaseEvent::kJointProposed:
      return "ProposeJoint";
    case CaseEvent::kConvened:
      return "Convene";
    case CaseEvent::kPositionRecorded:
      return "RecordPosition";
    case CaseEvent::kJointDecided:
      return "DecideJoint";
    case CaseEvent::kConsultationElevated:
      return "ElevateConsultation";
    case CaseEvent::kAdjudicated:
      return "Adjudicate";
    case CaseEvent::kAssignmentDone:
      return "CompleteAssignment";
    case CaseEvent::kAssignmentChecked:
    case CaseEvent::kAssignmentWaived:
      return "CheckAssignment";
    case CaseEvent::kCoHandlersChanged:
      return "ChangeCoHandlers";
    case CaseEvent::kLinkedToBatch:
      return "LinkToBatch";
    case CaseEvent::kReporterRevealed:
      return "RevealReporter";
    case CaseEvent::kReporterErased:
      return "EraseReporter";
    case CaseEvent::kRedacted:
      return "Redact";
    default:
      return "";
  }
}

bool Lists(const std::vector<CaseState>& states, CaseState state) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

void ExpectInvariants(const CaseDriver& driver) {
  const Case& c = driver.now();
  ASSERT_FALSE(c.accountable_unit_id().empty());
  int leads = 0;
  for (const Assignment& a : c.assignments()) {
    leads += a.role() == v1::ASSIGNMENT_ROLE_LEAD && IsLive(a);
  }
  ASSERT_LE(leads, 1);
  if (c.state() == v1::CASE_STATE_DISPATCHED ||
      c.state() == v1::CASE_STATE_IN_PROGRESS ||
      c.state() == v1::CASE_STATE_SUSPENDED) {
    ASSERT_EQ(leads, 1);
  }
  ASSERT_LE(c.return_count(), 2);
  ASSERT_LE(c.extension_count(), 2);
  int pending = 0;
  for (const v1::Approval& a : c.approvals()) {
    pending += a.state() == v1::APPROVAL_STATE_PENDING;
    if (a.state() == v1::APPROVAL_STATE_APPROVED) {
      ASSERT_NE(a.officer_id(), a.decider_id());
    }
  }
  ASSERT_LE(pending, IsOpen(c.state()) ? 1 : 0);
  ASSERT_EQ(c.has_suspension(), c.state() == v1::CASE_STATE_SUSPENDED);
  ASSERT_EQ(c.has_verification(), c.state() == v1::CASE_STATE_VERIFYING);
  ASSERT_EQ(c.has_consultation(), c.state() == v1::CASE_STATE_CONSULTING);
  ASSERT_EQ(c.has_close_time(), c.state() == v1::CASE_STATE_CLOSED);
  ASSERT_EQ(NextTimer(c).has_value() && !IsOpen(c.state()), false);
  // The row is what the events say.
  ASSERT_EQ(Fold(driver.events()).SerializeAsString(), c.SerializeAsString());
}

// In what capacities an event's actor can have caused it, from the case before.
std::set<Role> RolesOf(const std::string& actor, const CaseDriver& driver,
                       const Case& before, const Case& after) {
  if (actor == "rule") return {Role::kRule};
  if (actor == "timer") return {Role::kTimer};
  if (actor == "retention") return {Role::kRetention};
  std::set<Role> roles;
  if (absl::StartsWith(actor, "source/")) {
    for (const v1::ReportKey& report : after.reports()) {
      if (actor == "source/" + report.source_id()) roles.insert(Role::kSource);
    }
    return roles;
  }
  const auto* officer =
      driver.city().FindOfficer(actor.substr(sizeof("officer/") - 1));
  if (officer == nullptr) return roles;
  const std::string& unit = officer->unit_id();
  // The test city's centres; each is above all the units that handle.
  if (unit == "od" || unit == "oc") roles.insert(Role::kDispatcher);
  if (unit == "team") roles.insert(Role::kGridWorker);
  if (unit == before.verification().unit_id()) roles.insert(Role::kVerifier);
  if (unit == before.accountable_unit_id()) roles.insert(Role::kAccountable);
  for (const Assignment& a : before.assignments()) {
    if (a.unit_id() != unit || !IsLive(a)) continue;
    roles.insert(a.role() == v1::ASSIGNMENT_ROLE_LEAD ? Role::kLead
                                                      : Role::kCoHandler);
  }
  const auto& parties = before.consultation().party_unit_ids();
  if (std::find(parties.begin(), parties.end(), unit) != parties.end()) {
    roles.insert(Role::kParty);
  }
  return roles;
}

// What the walks have seen of each row's columns.
struct Seen {
  std::set<std::string> commands;
  std::set<std::pair<std::string, Role>> who;
  std::set<std::pair<std::string, std::string>> starts;
  std::set<std::pair<std::string, v1::FeedbackKind>> told;
};

void ExpectWho(const Transition& row, const std::string& actor,
               const std::set<Role>& roles, Seen* seen) {
  std::vector<Role> allowing;
  for (const Role role : row.who) {
    if (roles.count(role) > 0) allowing.push_back(role);
  }
  EXPECT_FALSE(allowing.empty()) << row.command << " by " << actor;
  // Who may for two reasons proves neither.
  if (allowing.size() == 1) seen->who.insert({row.command, allowing[0]});
}

void ExpectStarts(const Transition& row, const Case& before, const Case& after,
                  Seen* seen) {
  std::set<std::string> running;
  for (const Timer& timer : RunningTimers(before)) running.insert(timer.name);
  for (const Timer& timer : RunningTimers(after)) {
    if (running.count(timer.name) > 0) continue;
    const std::string kind = TimerName(timer.kind);
    EXPECT_TRUE(std::find(row.starts.begin(), row.starts.end(), kind) !=
                row.starts.end())
        << row.command << " starts " << timer.name;
    seen->starts.insert({row.command, kind});
  }
}

// Every event against the row of the table that it belongs to.
void ExpectRows(const CaseDriver& driver, size_t first, Seen* seen) {
  for (size_t i = first; i < driver.events().size(); ++i) {
    const CaseEvent& event = driver.events()[i];
    const Case& before = driver.before(i);
    const Case& after = driver.after(i);
    const std::string command = CommandOf(event);
    const auto told = FeedbackOf(event, after.reports(0), after);
    if (command.empty()) {
      ASSERT_FALSE(told.has_value()) << event.ShortDebugString();
      continue;
    }
    // A wish is not yet the command.
    const bool wish =
        event.has_approval_requested() && command != "RequestReturn";
    if (!wish) seen->commands.insert(command);
    const auto row =
        std::find_if(Transitions().begin(), Transitions().end(),
                     [&](const Transition& t) { return t.command == command; });
    ASSERT_NE(row, Transitions().end()) << command;
    // A dispatch ends many commands; the first event of each names its row.
    if (command != "Dispatch") {
      if (!row->from.empty()) {
        ASSERT_TRUE(Lists(row->from, before.state()))
            << command << " from " << StateName(before.state());
      }
      ASSERT_TRUE(before.state() == after.state() ||
                  Lists(row->to, after.state()))
          << command << " to " << StateName(after.state());
    }
    ExpectWho(*row, event.actor(),
              RolesOf(event.actor(), driver, before, after), seen);
    ExpectStarts(*row, before, after, seen);
    if (told.has_value()) {
      EXPECT_TRUE(std::find(row->told.begin(), row->told.end(), told->kind()) !=
                  row->told.end())
          << command << " tells " << told->kind();
      seen->told.insert({command, told->kind()});
    }
  }
}

// Nothing stands in the table that never comes true.
void ExpectSeen(const Seen& seen) {
  for (const Transition& row : Transitions()) {
    const std::string command = row.command;
    EXPECT_TRUE(seen.commands.count(command) > 0) << command << " never came";
    for (const Role role : row.who) {
      EXPECT_TRUE(seen.who.count({command, role}) > 0)
          << command << " never came by role " << static_cast<int>(role);
    }
    for (const char* timer : row.starts) {
      EXPECT_TRUE(seen.starts.count({command, timer}) > 0)
          << command << " never started " << timer;
    }
    for (const v1::FeedbackKind kind : row.told) {
      EXPECT_TRUE(seen.told.count({command, kind}) > 0)
          << command << " never told " << v1::FeedbackKind_Name(kind);
    }
  }
}

void ExpectCheckedByAnother(const CaseDriver& driver) {
  std::string handler;
  for (const CaseEvent& event : driver.events()) {
    if (event.has_handled()) handler = event.handled().officer_id();
    if (event.has_check_passed()) {
      ASSERT_NE(event.check_passed().officer_id(), handler);
    }
  }
}

v1::SubmitResultRequest Resolved() {
  v1::SubmitResultRequest r;
  r.set_outcome(v1::OUTCOME_RESOLVED);
  return r;
}

v1::CheckResultRequest Checked(bool passed) {
  v1::CheckResultRequest r;
  r.set_passed(passed);
  return r;
}

// What chance seldom comes to: reworks until the rule supervises, a reopening
// by a grid worker.
void LiveThroughReworks(Seen* seen) {
  CaseDriver d;
  d.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  ASSERT_OK(d.Do("u1", v1::AcceptAssignmentRequest()));
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(d.Do("u1", Resolved()));
    ASSERT_OK(d.Do("g1", Checked(false)));
  }
  ASSERT_OK(d.Do("u1", Resolved()));
  ASSERT_OK(d.Do("g1", Checked(true)));
  v1::ReplySupervisionRequest reply;
  reply.set_text("在办");
  ASSERT_OK(d.Do("u1", reply));
  ASSERT_OK(d.Do("disp", v1::CloseCaseRequest()));
  v1::ReopenCaseRequest reopen;
  reopen.set_reason("又坏了");
  ASSERT_OK(d.Do("g1", reopen));
  ExpectRows(d, 0, seen);
}

// Two suspensions: the first ends by time, the second by the lead.
void LiveThroughSuspensions(Seen* seen) {
  CaseDriver d;
  d.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  ASSERT_OK(d.Do("u1", v1::AcceptAssignmentRequest()));
  for (int number = 1; number <= 2; ++number) {
    v1::SuspendCaseRequest suspend;
    suspend.set_reason(v1::SUSPENSION_REASON_MATERIAL);
    *suspend.mutable_review_time() = ToProto(d.time() + absl::Hours(48));
    ASSERT_OK(d.Do("u1", suspend));
    v1::DecideApprovalRequest decide;
    decide.set_approval_number(number);
    decide.set_approved(true);
    ASSERT_OK(d.Do("disp", decide));
    if (number == 2) break;
    d.Advance(absl::Hours(48));
    d.FireTimers();
  }
  ASSERT_OK(d.Do("u1", v1::ResumeCaseRequest()));
  ExpectRows(d, 0, seen);
}

// A co-handler's part, checked by a grid worker.
void LiveThroughParts(Seen* seen) {
  CaseDriver d;
  d.Admit(CaseDriver::Plan("AUTO", {"urban", "power"}));
  ASSERT_OK(d.Do("u1", v1::AcceptAssignmentRequest()));
  ASSERT_OK(d.Do("p1", v1::AcceptAssignmentRequest()));
  ASSERT_OK(d.Do("p1", v1::CompleteAssignmentRequest()));
  v1::CheckAssignmentRequest check;
  check.set_assignment_number(2);
  ASSERT_OK(d.Do("g1", check));
  ExpectRows(d, 0, seen);
}

// A duplicate, merged as it comes.
void LiveAsDuplicate(Seen* seen) {
  CaseDriver master;
  master.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  CaseDriver d;
  v1::Report report;
  report.mutable_key()->set_source_id("110");
  report.mutable_key()->set_source_ref("r");
  report.mutable_key()->set_report_id("id");
  d.Take(DecideAdmitInto(
             "410105-2", report, CaseDriver::Plan("AUTO", {"urban"}),
             master.now(),
             {d.city(), {"source/110", "110", nullptr}, d.time(), nullptr})
             .merged);
  ExpectRows(d, 0, seen);
}

// Random commands of random people never break what must always hold, only do
// what the table says, and do everything that it lists.
TEST(InvariantTest, RandomCommandsKeepTheInvariantsAndWalkEveryRow) {
  std::mt19937 random(75350);
  Seen seen;
  for (int run = 0; run < 400; ++run) {
    Walk walk(&random);
    ExpectRows(walk.main(), 0, &seen);
    for (int step = 0; step < 600; ++step) {
      const size_t events = walk.main().events().size();
      const CaseState before = walk.main().now().state();
      walk.Step();
      if (walk.main().events().size() == events) continue;
      ExpectInvariants(walk.main());
      ExpectRows(walk.main(), events, &seen);
      if (before == v1::CASE_STATE_REJECTED ||
          before == v1::CASE_STATE_CANCELLED ||
          before == v1::CASE_STATE_TRANSFERRED) {
        ASSERT_EQ(walk.main().now().state(), before);  // The end is the end.
      }
      if (HasFailure()) return;
    }
    ExpectCheckedByAnother(walk.main());
    ExpectInvariants(walk.other());
  }
  LiveThroughReworks(&seen);
  LiveThroughSuspensions(&seen);
  LiveThroughParts(&seen);
  LiveAsDuplicate(&seen);
  ExpectSeen(seen);
}

}  // namespace
}  // namespace wangge::cases
