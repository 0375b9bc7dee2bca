// The states in which commands are possible.
#include "services/cases/domain/transitions.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "errors/errors.h"
#include "gtest/gtest.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

// Where each command is possible, written down from the design and nowhere
// computed. The columns: Received, Verifying, Filed, Dispatched, In progress,
// Consulting, Suspended, Handled, checKed; then closed (L), reJected, Merged,
// caNcelled, Transferred.
constexpr char kStates[] = "RVFDICSHKLJMNT";
const std::map<std::string, std::string>& PossibleIn() {
  static const auto* const table = new std::map<std::string, std::string>{
      {"Admit", ""},
      {"RequestVerification", "R"},
      {"ReportVerification", "V"},
      {"Reject", "RV"},
      {"Merge", "RF"},
      {"Unmerge", "M"},
      {"Dispatch", "RF"},
      {"Accept", "DI"},
      {"RequestReturn", "DI"},
      {"Return", "DI"},
      {"DecideApproval", "RVFDIC"},
      {"Extend", "I"},
      {"Suspend", "I"},
      {"Resume", "S"},
      {"Urge", "RVFDICSHK"},
      {"Supervise", "RVFDICSHK"},
      {"ReplySupervision", "RVFDICSHK"},
      {"SubmitResult", "I"},
      {"CheckPass", "H"},
      {"CheckFail", "H"},
      {"Close", "K"},
      {"FollowUp", "HKL"},
      {"Reopen", "L"},
      {"Cancel", "RVFDI"},
      {"Transfer", "RVFDICSHK"},
      {"Reclassify", "FDI"},
      {"ProposeJoint", "FDI"},
      {"Convene", "C"},
      {"RecordPosition", "C"},
      {"DecideJoint", "C"},
      {"ElevateConsultation", "C"},
      {"Adjudicate", "C"},
      {"CompleteAssignment", "I"},
      {"CheckAssignment", "I"},
      {"ChangeCoHandlers", "DI"},
      {"LinkToBatch", "RVFDICSHKL"},
      {"RevealReporter", "RVFDICSHKL"},
      {"EraseReporter", "LJMNT"},
      {"Redact", "LJMNT"},
  };
  return *table;
}

CaseState StateOf(char letter) {
  static const std::map<char, CaseState> states = {
      {'R', v1::CASE_STATE_RECEIVED},    {'V', v1::CASE_STATE_VERIFYING},
      {'F', v1::CASE_STATE_FILED},       {'D', v1::CASE_STATE_DISPATCHED},
      {'I', v1::CASE_STATE_IN_PROGRESS}, {'C', v1::CASE_STATE_CONSULTING},
      {'S', v1::CASE_STATE_SUSPENDED},   {'H', v1::CASE_STATE_HANDLED},
      {'K', v1::CASE_STATE_CHECKED},     {'L', v1::CASE_STATE_CLOSED},
      {'J', v1::CASE_STATE_REJECTED},    {'M', v1::CASE_STATE_MERGED},
      {'N', v1::CASE_STATE_CANCELLED},   {'T', v1::CASE_STATE_TRANSFERRED}};
  return states.at(letter);
}

TEST(TransitionsTest, CommandsArePossibleInTheirStatesOnly) {
  // A state that is added needs a column.
  ASSERT_EQ(sizeof(kStates) - 1, size_t{v1::CaseState_MAX});
  ASSERT_EQ(Transitions().size(), PossibleIn().size());
  for (const auto& [command, possible] : PossibleIn()) {
    for (const char* letter = kStates; *letter != '\0'; ++letter) {
      Case c;
      c.set_state(StateOf(*letter));
      const absl::Status status = CheckState(c, command);
      if (possible.find(*letter) != std::string::npos) {
        EXPECT_OK(status) << command << " in " << *letter;
      } else {
        EXPECT_EQ(errors::ReasonOf(status),
                  common::v1::ERROR_REASON_WRONG_STATE)
            << command << " in " << *letter;
      }
    }
  }
}

// One command of the service in every state: it asks about its state first,
// whoever comes with whatever.
template <typename Request>
void ExpectStates(const std::string& command, const Request& request) {
  CaseDriver driver;
  driver.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  const city::City& city = driver.city();
  for (const char* letter = kStates; *letter != '\0'; ++letter) {
    Case c = driver.now();
    c.set_state(StateOf(*letter));
    const RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
    const absl::Status status =
        Decide(c, request,
               {city,
                {"officer/disp", "", city.FindOfficer("disp")},
                driver.time(),
                &plan})
            .status();
    const bool refused =
        absl::StrContains(status.message(), "it is possible in");
    EXPECT_EQ(refused,
              PossibleIn().at(command).find(*letter) == std::string::npos)
        << command << " in " << *letter << ": " << status;
  }
}

TEST(TransitionsTest, EveryCommandOfTheServiceAsksAboutItsState) {
  ExpectStates("RequestVerification", v1::RequestVerificationRequest());
  ExpectStates("ReportVerification", v1::ReportVerificationRequest());
  ExpectStates("Reject", v1::RejectCaseRequest());
  ExpectStates("Dispatch", v1::DispatchCaseRequest());
  ExpectStates("Accept", v1::AcceptAssignmentRequest());
  ExpectStates("RequestReturn", v1::RequestReturnRequest());
  ExpectStates("DecideApproval", v1::DecideApprovalRequest());
  ExpectStates("Extend", v1::ExtendCaseRequest());
  ExpectStates("Suspend", v1::SuspendCaseRequest());
  ExpectStates("Resume", v1::ResumeCaseRequest());
  ExpectStates("Urge", v1::UrgeCaseRequest());
  ExpectStates("Supervise", v1::SuperviseCaseRequest());
  ExpectStates("ReplySupervision", v1::ReplySupervisionRequest());
  ExpectStates("SubmitResult", v1::SubmitResultRequest());
  ExpectStates("CheckFail", v1::CheckResultRequest());
  v1::CheckResultRequest passed;
  passed.set_passed(true);
  ExpectStates("CheckPass", passed);
  ExpectStates("Close", v1::CloseCaseRequest());
  ExpectStates("FollowUp", v1::RecordFollowUpRequest());
  ExpectStates("Reopen", v1::ReopenCaseRequest());
  ExpectStates("Cancel", v1::CancelCaseRequest());
  ExpectStates("Transfer", v1::TransferCaseRequest());
  ExpectStates("Reclassify", v1::ReclassifyCaseRequest());
  ExpectStates("ProposeJoint", v1::ProposeJointRequest());
  ExpectStates("Convene", v1::ConveneJointRequest());
  ExpectStates("RecordPosition", v1::RecordPositionRequest());
  ExpectStates("DecideJoint", v1::DecideJointRequest());
  ExpectStates("Adjudicate", v1::AdjudicateJointRequest());
  ExpectStates("CompleteAssignment", v1::CompleteAssignmentRequest());
  ExpectStates("CheckAssignment", v1::CheckAssignmentRequest());
  ExpectStates("ChangeCoHandlers", v1::ChangeCoHandlersRequest());
  ExpectStates("LinkToBatch", v1::LinkToBatchRequest());
  ExpectStates("RevealReporter", v1::RevealReporterRequest());
  ExpectStates("Redact", v1::RedactReportRequest());
}

TEST(TransitionsTest, EveryCommandHasOneRow) {
  std::set<std::string> commands;
  for (const Transition& row : Transitions()) {
    EXPECT_TRUE(commands.insert(row.command).second) << row.command;
  }
}

}  // namespace
}  // namespace wangge::cases
