#include "services/cases/domain/transitions.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

constexpr auto kReceived = v1::CASE_STATE_RECEIVED;
constexpr auto kVerifying = v1::CASE_STATE_VERIFYING;
constexpr auto kFiled = v1::CASE_STATE_FILED;
constexpr auto kDispatched = v1::CASE_STATE_DISPATCHED;
constexpr auto kInProgress = v1::CASE_STATE_IN_PROGRESS;
constexpr auto kConsulting = v1::CASE_STATE_CONSULTING;
constexpr auto kSuspended = v1::CASE_STATE_SUSPENDED;
constexpr auto kHandled = v1::CASE_STATE_HANDLED;
constexpr auto kChecked = v1::CASE_STATE_CHECKED;
constexpr auto kClosed = v1::CASE_STATE_CLOSED;

}  // namespace

const std::vector<Transition>& Transitions() {
  static const auto* const table = new std::vector<Transition>{
      {"2", "RequestVerification", {kReceived}},
      {"3", "ReportVerified", {kVerifying}},
      {"4", "Reject", {kReceived, kVerifying}},
      {"6, 7", "Dispatch", {kReceived, kFiled}},
      {"8, J7", "Accept", {kDispatched, kInProgress}},
      {"9", "RequestReturn", {kDispatched, kInProgress}},
      {"10", "ApproveReturn", {kDispatched, kInProgress}},
      {"11", "RejectReturn", {kDispatched, kInProgress}},
      {"15",
       "Urge",
       {kReceived, kVerifying, kFiled, kDispatched, kInProgress, kConsulting,
        kSuspended, kHandled, kChecked}},
      {"17, J9", "SubmitResult", {kInProgress}},
      {"18, 19", "Check", {kHandled}},
      {"20, J10", "Close", {kChecked}},
      {"21", "FollowUp", {kHandled, kChecked, kClosed}},
      {"23",
       "Cancel",
       {kReceived, kVerifying, kFiled, kDispatched, kInProgress}},
      {"J1", "ProposeJoint", {kFiled, kDispatched, kInProgress}},
      {"J2", "Convene", {kConsulting}},
      {"J3", "RecordPosition", {kConsulting}},
      {"J4", "Decide", {kConsulting}},
      {"J7", "CompleteAssignment", {kInProgress}},
      {"J7", "CheckAssignment", {kInProgress}},
  };
  return *table;
}

std::string StateName(CaseState state) {
  static constexpr size_t kPrefix = sizeof("CASE_STATE_") - 1;
  return v1::CaseState_Name(state).substr(kPrefix);
}

bool IsOpen(CaseState state) { return state >= kReceived && state <= kChecked; }

absl::Status CheckState(const Case& c, const std::string& command) {
  const auto& table = Transitions();
  const auto row =
      std::find_if(table.begin(), table.end(),
                   [&](const Transition& t) { return t.command == command; });
  if (row != table.end() && std::find(row->from.begin(), row->from.end(),
                                      c.state()) != row->from.end()) {
    return absl::OkStatus();
  }
  const std::string states =
      row == table.end()
          ? "no state"
          : absl::StrJoin(row->from, ", ", [](std::string* out, CaseState s) {
              out->append(StateName(s));
            });
  return errors::WrongState(c.case_no(), StateName(c.state()), command,
                            absl::StrCat("it is possible in ", states));
}

}  // namespace wangge::cases
