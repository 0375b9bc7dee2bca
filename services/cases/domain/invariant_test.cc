// The table of transitions against the engine, and what must always hold.
#include <functional>
#include <map>
#include <random>
#include <set>

#include "errors/errors.h"
#include "gmock/gmock.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

// Each command is refused in every state that its row does not list.
TEST(TransitionsTest, CommandsArePossibleInTheirStatesOnly) {
  for (const Transition& row : Transitions()) {
    for (int s = v1::CaseState_MIN; s <= v1::CaseState_MAX; ++s) {
      Case c;
      c.set_state(static_cast<CaseState>(s));
      const bool listed = std::find(row.from.begin(), row.from.end(),
                                    c.state()) != row.from.end();
      const absl::Status status = CheckState(c, row.command);
      EXPECT_EQ(status.ok(), listed) << row.command << " in " << s;
      if (!listed) {
        EXPECT_EQ(errors::ReasonOf(status),
                  common::v1::ERROR_REASON_WRONG_STATE);
      }
    }
  }
}

TEST(TransitionsTest, EveryCommandHasOneRow) {
  std::set<std::string> commands;
  for (const Transition& row : Transitions()) {
    EXPECT_TRUE(commands.insert(row.command).second) << row.command;
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
      return event.approval_requested().approval().kind() ==
                     v1::APPROVAL_KIND_RETURN
                 ? "RequestReturn"
                 : "";  // The wish; its row is seen when it is granted.
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

// Two cases and everybody who may do something to them, at random.
class Walk {
 public:
  explicit Walk(std::mt19937* random) : random_(*random) {
    const char* dispositions[] = {"AUTO", "AUTO", "CONSULT", "NEEDS_OPERATOR"};
    const std::string disposition = dispositions[random_() % 4];
    RoutePlan plan = disposition == "NEEDS_OPERATOR"
                         ? CaseDriver::Plan(disposition, {})
                         : CaseDriver::Plan(disposition, {"urban", "power"});
    if (random_() % 4 == 0) plan.set_urgency(common::v1::URGENCY_SAFETY);
    main_.Admit(plan, random_() % 8 == 0 ? "wechat" : "12345");
    other_.Admit(CaseDriver::Plan("AUTO", {"water"}), "110", "410105-2");
    MakeCommands();
  }

  // Tries one command of one person.
  void Step() {
    static const std::vector<std::string> people = {
        "u1",    "u2",   "p1",    "w1",           "g1",           "disp",
        "disp2", "boss", "chief", "source/12345", "source/wechat"};
    const auto& command = commands_[random_() % commands_.size()];
    command(people[random_() % people.size()]);
  }

  CaseDriver& main() { return main_; }
  CaseDriver& other() { return other_; }

 private:
  template <typename Request>
  void Add(const Request& request, const RoutePlan* plan = nullptr) {
    commands_.push_back([this, request, plan](const std::string& who) {
      main_.Do(who, request, plan).IgnoreError();
    });
  }
  // A request that depends on the case or on chance.
  template <typename Make>
  void AddMade(const Make& make, const RoutePlan* plan = nullptr) {
    commands_.push_back([this, make, plan](const std::string& who) {
      main_.Do(who, make(), plan).IgnoreError();
    });
  }
  google::protobuf::Timestamp Later() {
    return ToProto(main_.time() + absl::Hours(1 + random_() % 2000));
  }
  std::string Unit() {
    static const char* const units[] = {"urban", "power", "water"};
    return units[random_() % 3];
  }

  void MakeCommands() {
    MakeHandling();
    MakeWishes();
    MakeJoint();
    MakeEnds();
  }

  void MakeHandling() {
    Add(v1::AcceptAssignmentRequest());
    Add(v1::AcceptAssignmentRequest());
    AddMade([] {
      v1::SubmitResultRequest r;
      r.set_outcome(v1::OUTCOME_RESOLVED);
      return r;
    });
    AddMade([this] {
      v1::CheckResultRequest r;
      r.set_passed(random_() % 3 != 0);
      return r;
    });
    AddMade([] {
      v1::CloseCaseRequest r;
      r.set_root_cause("cause");
      return r;
    });
    AddMade([this] {
      v1::DispatchCaseRequest r;
      r.set_lead_unit_id(Unit());
      return r;
    });
    Add(v1::RequestVerificationRequest());
    AddMade(
        [this] {
          v1::ReportVerificationRequest r;
          r.set_found(random_() % 2 == 0);
          return r;
        },
        &again_);
    Add(v1::UrgeCaseRequest());
    Add(v1::SuperviseCaseRequest());
    AddMade([] {
      v1::ReplySupervisionRequest r;
      r.set_text("在办");
      return r;
    });
    Add(v1::ResumeCaseRequest());
    AddMade([] {
      v1::RecordFollowUpRequest r;
      r.set_contacted(v1::ANSWER_YES);
      return r;
    });
    for (int i = 0; i < 4; ++i) {
      commands_.push_back([this](const std::string&) { main_.FireTimers(); });
      commands_.push_back(
          [this](const std::string&) { main_.EraseReporter(); });
      commands_.push_back([this](const std::string&) {
        const auto by = absl::Minutes(random_() % 300);
        main_.Advance(by);
        other_.Advance(by);
      });
    }
  }

  void MakeWishes() {
    Add(v1::RequestReturnRequest());
    AddMade([this] {
      v1::ExtendCaseRequest r;
      *r.mutable_due_time() = Later();
      return r;
    });
    AddMade([this] {
      v1::SuspendCaseRequest r;
      *r.mutable_review_time() = Later();
      return r;
    });
    Add(v1::CancelCaseRequest());
    AddMade([] { return v1::ReclassifyCaseRequest(); }, &again_);
    AddMade([this] {
      v1::ChangeCoHandlersRequest r;
      (random_() % 2 == 0 ? r.add_add_unit_ids() : r.add_remove_unit_ids())
          ->assign(Unit());
      return r;
    });
    for (int i = 0; i < 4; ++i) {
      AddMade(
          [this] {
            v1::DecideApprovalRequest r;
            r.set_approval_number(main_.now().approvals_size());
            r.set_approved(random_() % 4 != 0);
            return r;
          },
          &again_);
    }
  }

  void MakeJoint() {
    AddMade([] {
      v1::ProposeJointRequest r;
      r.add_party_unit_ids("urban");
      r.add_party_unit_ids("power");
      return r;
    });
    Add(v1::ConveneJointRequest());
    Add(v1::RecordPositionRequest());
    AddMade([this] {
      v1::DecideJointRequest r;
      r.set_lead_unit_id(Unit());
      return r;
    });
    AddMade([this] {
      v1::AdjudicateJointRequest r;
      r.set_lead_unit_id(Unit());
      return r;
    });
    Add(v1::CompleteAssignmentRequest());
    AddMade([this] {
      v1::CheckAssignmentRequest r;
      r.set_assignment_number(1 + static_cast<int>(random_() % 4));
      if (random_() % 2 == 0) r.set_waive_reason("x");
      return r;
    });
  }

  void MakeEnds() {
    AddMade([] {
      v1::ReopenCaseRequest r;
      r.set_reason("又坏了");
      return r;
    });
    // What ends a case is tried seldom, or nothing would come after it.
    commands_.push_back([this](const std::string& who) {
      if (random_() % 16 != 0) return;
      v1::TransferCaseRequest transfer;
      transfer.set_receipt("京A-1");
      random_() % 2 == 0
          ? main_.Do(who, transfer).IgnoreError()
          : main_.Do(who, v1::RedactReportRequest()).IgnoreError();
    });
    commands_.push_back([this](const std::string& who) {
      main_.DoBoth(who, v1::MergeCaseRequest(), &other_).IgnoreError();
    });
    commands_.push_back([this](const std::string& who) {
      main_.DoBoth(who, v1::UnmergeCaseRequest(), &other_, &again_)
          .IgnoreError();
    });
    AddMade([this] {
      v1::LinkToBatchRequest r;
      r.set_batch_id(random_() % 2 == 0 ? "a" : "b");
      return r;
    });
    Add(v1::RevealReporterRequest());
    Add(v1::RejectCaseRequest());
  }

  std::mt19937& random_;
  CaseDriver main_;
  CaseDriver other_;
  const RoutePlan again_ = CaseDriver::Plan("AUTO", {"water"});
  std::vector<std::function<void(const std::string& who)>> commands_;
};

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

// Every event against the row of the table that it belongs to.
void ExpectRows(const CaseDriver& driver, size_t first,
                std::set<std::string>* seen) {
  for (size_t i = first; i < driver.events().size(); ++i) {
    const std::string command = CommandOf(driver.events()[i]);
    const auto [before, after] = driver.states()[i];
    if (command.empty() || command == "Dispatch") {
      // A dispatch ends many commands; the first event of each names its row.
      if (command == "Dispatch") seen->insert(command);
      continue;
    }
    seen->insert(command);
    const auto row =
        std::find_if(Transitions().begin(), Transitions().end(),
                     [&](const Transition& t) { return t.command == command; });
    ASSERT_NE(row, Transitions().end()) << command;
    if (!row->from.empty()) {
      ASSERT_TRUE(Lists(row->from, before))
          << command << " from " << StateName(before);
    }
    ASSERT_TRUE(before == after || Lists(row->to, after))
        << command << " to " << StateName(after);
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

// Random commands of random people never break what must always hold, only do
// what the table says, and do everything that it lists.
TEST(InvariantTest, RandomCommandsKeepTheInvariantsAndWalkEveryRow) {
  std::mt19937 random(75350);
  std::set<std::string> seen;
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
      if (HasFatalFailure()) return;
    }
    ExpectCheckedByAnother(walk.main());
    ExpectInvariants(walk.other());
  }
  for (const Transition& row : Transitions()) {
    EXPECT_TRUE(seen.count(row.command) > 0)
        << row.command << " never happened";
  }
}

}  // namespace
}  // namespace wangge::cases
