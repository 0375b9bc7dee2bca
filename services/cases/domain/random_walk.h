// Random commands of random people, for tests.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "services/cases/domain/decide.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {

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

}  // namespace wangge::cases
