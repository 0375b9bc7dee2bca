// What approvals, supervision, suspension, reopening, transfer, merging and
// adjudication mean: one scenario for each rule that a person would ask about.
#include "gmock/gmock.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/feedback.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/matter.h"
#include "services/cases/domain/test_city.h"
#include "services/cases/domain/view.h"

namespace wangge::cases {
namespace {

class LifecycleTest : public ::testing::Test {
 protected:
  void SetUp() override { d_.Admit(CaseDriver::Plan("AUTO", {"urban"})); }

  void Accept() { ASSERT_OK(d_.Do("u1", v1::AcceptAssignmentRequest())); }
  void Handle() {
    v1::SubmitResultRequest r;
    r.set_outcome(v1::OUTCOME_RESOLVED);
    r.set_public_reply("已修好");
    ASSERT_OK(d_.Do("u1", r));
  }
  absl::Status Check(bool passed) {
    v1::CheckResultRequest r;
    r.set_passed(passed);
    r.set_text("看过");
    return d_.Do("g1", r);
  }
  void Close() {
    Accept();
    Handle();
    ASSERT_OK(Check(true));
    ASSERT_OK(d_.Do("disp", v1::CloseCaseRequest()));
  }
  absl::Status Decide(const std::string& who, bool approved,
                      const RoutePlan* plan = nullptr) {
    v1::DecideApprovalRequest r;
    r.set_approval_number(d_.now().approvals_size());
    r.set_approved(approved);
    r.set_reason("查实");
    return d_.Do(who, r, plan);
  }
  absl::Status Extend(absl::Duration by) {
    v1::ExtendCaseRequest r;
    r.set_reason("材料未到");
    *r.mutable_due_time() = ToProto(FromProto(d_.now().due_time()) + by);
    return d_.Do("u1", r);
  }
  absl::Status Suspend(absl::Duration until) {
    v1::SuspendCaseRequest r;
    r.set_text("等待订货");
    r.set_reason(v1::SUSPENSION_REASON_MATERIAL);
    *r.mutable_review_time() = ToProto(d_.time() + until);
    return d_.Do("u1", r);
  }
  CaseState State() const { return d_.now().state(); }
  std::string Due() const { return FormatCity(FromProto(d_.now().due_time())); }

  CaseDriver d_;
};

TEST_F(LifecycleTest, AnExtensionIsGrantedByAnotherAndTheSecondByALeader) {
  EXPECT_THAT(Extend(absl::Hours(24)), StatusIs(kWrongState, "IN_PROGRESS"));
  Accept();
  EXPECT_THAT(Extend(absl::ZeroDuration()), StatusIs(kInvalid, "not after"));
  ASSERT_OK(Extend(absl::Hours(24)));
  EXPECT_EQ(Due(), "2026-11-24 10:00:00");  // Not before it is granted.
  EXPECT_THAT(Extend(absl::Hours(48)), StatusIs(kWrongState, "already"));
  EXPECT_THAT(Decide("u2", true), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(Decide("disp", true));
  EXPECT_EQ(Due(), "2026-11-25 10:00:00");
  EXPECT_EQ(FormatCity(FromProto(d_.now().assignments(0).due_time())),
            "2026-11-25 10:00:00");
  ASSERT_OK(Extend(absl::Hours(24)));
  EXPECT_THAT(Decide("disp", true), StatusIs(kDenied, "leader"));
  ASSERT_OK(Decide("boss", true));
  EXPECT_THAT(Extend(absl::Hours(24)), StatusIs(kWrongState, "twice"));
}

// Regression: whoever stood on duty anywhere, in the same department too, could
// check a result.
TEST_F(LifecycleTest, ADepartmentDoesNotCheckItsOwnWork) {
  Accept();
  Handle();
  v1::CheckResultRequest passed;
  passed.set_passed(true);
  EXPECT_THAT(d_.Do("u2", passed), StatusIs(kDenied, "checkers"));
  EXPECT_THAT(d_.Do("p1", passed), StatusIs(kDenied, "checkers"));
  ASSERT_OK(d_.Do("disp", passed));
}

TEST_F(LifecycleTest, AClockThatIsSetBackDoesNotBackDate) {
  Accept();
  const absl::Time accepted = FromProto(d_.events().back().event_time());
  d_.Advance(-absl::Hours(3));
  Handle();
  ASSERT_OK(Check(true));
  for (const CaseEvent& event : d_.events()) {
    EXPECT_LE(FromProto(event.event_time()), accepted);
  }
  EXPECT_EQ(FromProto(d_.now().handle_time()), accepted);
  d_.Advance(absl::Hours(4));
  ASSERT_OK(d_.Do("disp", v1::CloseCaseRequest()));
  EXPECT_EQ(FromProto(d_.now().close_time()), d_.time());
}

TEST_F(LifecycleTest, AfterTheLimitNothingIsExtended) {
  Accept();
  d_.Advance(absl::Hours(48));
  EXPECT_THAT(Extend(absl::Hours(96)), StatusIs(kWrongState, "passed"));
}

TEST_F(LifecycleTest, AWishThatNobodyDecidesLapsesAndOneThatIsOvertakenToo) {
  Accept();
  ASSERT_OK(Extend(absl::Hours(96)));
  d_.Advance(absl::Hours(24) + absl::Minutes(1));
  d_.FireTimers();
  EXPECT_EQ(d_.now().approvals(0).state(), v1::APPROVAL_STATE_LAPSED);
  d_.Advance(-absl::Hours(24));
  ASSERT_OK(Extend(absl::Hours(96)));
  Handle();
  EXPECT_EQ(d_.now().approvals(1).state(), v1::APPROVAL_STATE_LAPSED);
  EXPECT_THAT(Decide("disp", true), StatusIs(kWrongState, "DecideApproval"));
}

TEST_F(LifecycleTest, ASuspensionStopsTheLimitAndItsEndGoesOnWithWhatWasLeft) {
  Accept();
  // Monday 10:00; the limit ends on Tuesday 10:00, 8 working hours later.
  d_.Advance(absl::Hours(2));  // 6 hours are left.
  ASSERT_OK(Suspend(absl::Hours(48)));
  ASSERT_OK(Decide("disp", true));
  EXPECT_EQ(State(), v1::CASE_STATE_SUSPENDED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "urban");
  d_.Advance(absl::Hours(24));
  EXPECT_EQ(d_.FireTimers(), 0U);  // Neither urged nor overdue.
  EXPECT_EQ(LightOf(d_.now(), d_.time()), common::v1::LIGHT_GREEN);
  d_.Advance(absl::Hours(24));  // Wednesday 12:00: the review time.
  EXPECT_EQ(d_.FireTimers(), 1U);
  EXPECT_EQ(State(), v1::CASE_STATE_IN_PROGRESS);
  EXPECT_EQ(Due(), "2026-11-26 10:00:00");
}

TEST_F(LifecycleTest, ALongSuspensionNeedsALeaderAndAnybodyConcernedResumes) {
  Accept();
  ASSERT_OK(Suspend(absl::Hours(24 * 31)));
  EXPECT_THAT(Decide("disp", true), StatusIs(kDenied, "leader"));
  ASSERT_OK(Decide("boss", true));
  EXPECT_THAT(d_.Do("p1", v1::ResumeCaseRequest()),
              StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("u2", v1::ResumeCaseRequest()));
  EXPECT_EQ(Due(), "2026-11-24 10:00:00");
}

TEST_F(LifecycleTest, AReturnToAUnitOfAnotherDistrictNeedsACentreAboveBoth) {
  v1::RequestReturnRequest ask;
  ask.set_legal_basis("不属本单位职责");
  ask.set_proposed_unit_id("team");
  EXPECT_THAT(d_.Do("u1", ask), StatusIs(kWrongState, "never for a grid"));
  ask.set_proposed_unit_id("oc");  // Of the city: above the district's centre.
  ASSERT_OK(d_.Do("u1", ask));
  EXPECT_THAT(Decide("disp", true), StatusIs(kDenied, "all units concerned"));
  ASSERT_OK(Decide("chief", true));
  EXPECT_EQ(d_.now().accountable_unit_id(), "oc");
  EXPECT_EQ(d_.now().wrong_dispatch_count(), 1);
}

TEST_F(LifecycleTest, ASupervisionWantsAReplyOrGoesUp) {
  v1::SuperviseCaseRequest supervise;
  supervise.set_reason("群众反映强烈");
  EXPECT_THAT(d_.Do("u1", supervise), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("disp", supervise));
  // One working day later, with the limit of the case itself.
  d_.Advance(absl::Hours(24) + absl::Minutes(1));
  d_.FireTimers();
  const auto& supervisions = d_.now().supervisions();
  EXPECT_TRUE(supervisions[0].superseded());
  EXPECT_EQ(supervisions[supervisions.size() - 1].unit_id(), "oc");
  v1::ReplySupervisionRequest reply;
  reply.set_text("今日完成");
  EXPECT_THAT(d_.Do("p1", reply), StatusIs(kDenied, "in charge"));
  ASSERT_OK(d_.Do("u2", reply));
  EXPECT_THAT(d_.Do("u2", reply), StatusIs(kWrongState, "no supervision"));
  d_.Advance(absl::Hours(24 * 30));
  d_.FireTimers();
  EXPECT_EQ(d_.now().supervisions().rbegin()->reply(), "今日完成");
}

TEST_F(LifecycleTest, TheCityIsTheEndOfElevation) {
  v1::SuperviseCaseRequest supervise;
  supervise.set_reason("督办");
  ASSERT_OK(d_.Do("chief", supervise));
  d_.Advance(absl::Hours(24 * 30));
  d_.FireTimers();
  d_.Advance(absl::Hours(24 * 30));
  d_.FireTimers();
  EXPECT_EQ(d_.FireTimers(), 0U);
  EXPECT_EQ(d_.now().supervisions().rbegin()->unit_id(), "oc");
}

TEST_F(LifecycleTest, TheThirdReworkIsSupervisedAndAReplyIsOwedBeforeClosing) {
  Accept();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(d_.now().supervisions_size(), 0);
    Handle();
    ASSERT_OK(Check(false));
  }
  EXPECT_EQ(d_.now().supervisions_size(), 1);
  Handle();
  ASSERT_OK(Check(true));
  EXPECT_THAT(d_.Do("disp", v1::CloseCaseRequest()),
              StatusIs(kWrongState, "supervision"));
}

TEST_F(LifecycleTest, AReopenedCaseGoesToTheSameUnitWithHalfTheLimit) {
  Close();
  v1::ReopenCaseRequest reopen;
  reopen.set_reason("又坏了");
  EXPECT_THAT(d_.Do("source/110", reopen), StatusIs(kDenied, "dispatcher"));
  EXPECT_THAT(d_.Do("u1", reopen), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("source/12345", reopen));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().round(), 2);
  EXPECT_EQ(d_.now().accountable_unit_id(), "urban");
  EXPECT_EQ(d_.now().handle_limit_minutes(), 240);
  EXPECT_EQ(d_.now().outcome(), v1::OUTCOME_UNSPECIFIED);
  EXPECT_TRUE(d_.events().back().dispatched().redispatch());
  // The timers of the new round fire although those of the first had.
  d_.Advance(absl::Hours(24 * 3));
  EXPECT_GE(d_.FireTimers(), 3U);
  Accept();
  Handle();
  ASSERT_OK(Check(true));
  v1::ReplySupervisionRequest reply;
  reply.set_text("已办");
  ASSERT_OK(d_.Do("u1", reply));
  ASSERT_OK(d_.Do("disp", v1::CloseCaseRequest()));
}

TEST_F(LifecycleTest, AfterFifteenDaysItIsANewReport) {
  Close();
  d_.Advance(absl::Hours(24 * 15));
  EXPECT_THAT(d_.Do("source/12345", v1::ReopenCaseRequest()),
              StatusIs(kWrongState, "15 days"));
}

TEST_F(LifecycleTest, ATransferNamesTheReceiptOfTheBodyOutside) {
  v1::TransferCaseRequest transfer;
  transfer.set_outside_body("铁路局");
  transfer.set_receipt("收字1号");
  EXPECT_THAT(d_.Do("u1", transfer), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("disp", transfer));
  EXPECT_EQ(State(), v1::CASE_STATE_TRANSFERRED);
  EXPECT_EQ(d_.now().outcome(), v1::OUTCOME_TRANSFERRED);
  const auto told =
      FeedbackOf(d_.events().back(), d_.now().reports(0), d_.now());
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->text(), "铁路局 收字1号");
}

TEST_F(LifecycleTest, AReclassificationShortensTheLimitButNeverLengthensIt) {
  Accept();
  RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  plan.set_category_code("hazard");
  v1::ReclassifyCaseRequest wish;
  wish.set_category_code("hazard");
  wish.set_reason("有坠落危险");
  const auto matter = MatterFor(d_.now(), wish, d_.time());
  ASSERT_TRUE(matter.has_value());
  EXPECT_EQ(matter->chosen_category_code(), "hazard");
  EXPECT_THAT(d_.Do("p1", wish, &plan), StatusIs(kDenied, "urban"));
  ASSERT_OK(d_.Do("g1", wish));  // A grid worker proposes.
  EXPECT_EQ(d_.now().category_code(), "road");
  ASSERT_OK(Decide("disp", true, &plan));
  EXPECT_EQ(d_.now().category_code(), "hazard");
  // The unit stays, so its work does: 120 minutes from the filing at 10:00.
  EXPECT_EQ(State(), v1::CASE_STATE_IN_PROGRESS);
  EXPECT_EQ(Due(), "2026-11-23 12:00:00");
  plan.set_category_code("road");
  wish.set_category_code("road");
  ASSERT_OK(d_.Do("disp", wish, &plan));
  EXPECT_EQ(Due(), "2026-11-23 12:00:00");
}

TEST_F(LifecycleTest, AnotherUnitTakesOverWhatIsRelocated) {
  Accept();
  const RoutePlan plan = CaseDriver::Plan("AUTO", {"water"});
  v1::ReclassifyCaseRequest wish;
  wish.mutable_point()->set_latitude_deg(34.5);
  ASSERT_OK(d_.Do("disp", wish, &plan));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "water");
  EXPECT_EQ(d_.now().assignments(0).state(), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_EQ(d_.now().wrong_dispatch_count(), 1);
}

TEST_F(LifecycleTest, CoHandlersComeAndGoWithTheCoordinatorsConsent) {
  Accept();
  v1::ChangeCoHandlersRequest change;
  change.add_add_unit_ids("urban");
  EXPECT_THAT(d_.Do("disp", change), StatusIs(kInvalid, "already"));
  change.set_add_unit_ids(0, "power");
  EXPECT_THAT(d_.Do("p1", change), StatusIs(kDenied, "urban"));
  ASSERT_OK(d_.Do("u1", change));
  EXPECT_FALSE(d_.now().joint());
  ASSERT_OK(Decide("disp", true));
  EXPECT_TRUE(d_.now().joint());
  EXPECT_TRUE(d_.now().cross_department());
  EXPECT_EQ(d_.now().assignments(1).unit_id(), "power");
  v1::ChangeCoHandlersRequest remove;
  remove.add_remove_unit_ids("power");
  ASSERT_OK(d_.Do("disp", remove));  // A dispatcher needs nobody.
  EXPECT_EQ(d_.now().assignments(1).state(), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_FALSE(d_.now().cross_department());
}

TEST_F(LifecycleTest,
       SilenceAcceptsAndAConsultationGoesUpUntilItIsAdjudicated) {
  v1::ProposeJointRequest propose;
  propose.add_party_unit_ids("urban");
  propose.add_party_unit_ids("power");
  ASSERT_OK(d_.Do("u1", propose));
  v1::RecordPositionRequest refuse;
  refuse.set_basis("非产权单位");
  ASSERT_OK(d_.Do("p1", refuse));
  v1::AdjudicateJointRequest decide;
  decide.set_lead_unit_id("power");
  decide.set_reason("首接负责");
  EXPECT_THAT(d_.Do("disp", decide), StatusIs(kDenied, "above"));
  d_.Advance(absl::Hours(24) + absl::Minutes(1));
  d_.FireTimers();
  const auto& consultation = d_.now().consultation();
  EXPECT_EQ(consultation.coordinator_unit_id(), "oc");
  ASSERT_EQ(consultation.positions_size(), 2);
  EXPECT_TRUE(consultation.positions(1).silent());
  EXPECT_TRUE(consultation.positions(1).accepts());
  EXPECT_FALSE(consultation.positions(0).accepts());
  // The city's centre is urged once and waits.
  d_.Advance(absl::Hours(24 * 5));
  d_.FireTimers();
  EXPECT_EQ(d_.FireTimers(), 0U);
  EXPECT_THAT(d_.Do("disp", decide), StatusIs(kDenied, "coordinating"));
  ASSERT_OK(d_.Do("chief", decide));
  EXPECT_EQ(d_.now().accountable_unit_id(), "power");
  EXPECT_THAT(d_.Do("p1", v1::RequestReturnRequest()),
              StatusIs(kWrongState, "adjudication"));
}

class MergeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    master_.Admit(CaseDriver::Plan("AUTO", {"urban"}), "12345", "410105-1");
    d_.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}), "110", "410105-2");
    merge_.set_reason("同一路面");
  }
  CaseDriver d_, master_;
  v1::MergeCaseRequest merge_;
};

TEST_F(MergeTest, AllReportersAreToldOfTheMastersFate) {
  EXPECT_THAT(d_.DoBoth("u1", merge_, &master_),
              StatusIs(kDenied, "all units"));
  ASSERT_OK(d_.DoBoth("disp", merge_, &master_));
  EXPECT_EQ(d_.now().state(), v1::CASE_STATE_MERGED);
  EXPECT_EQ(d_.now().master_case_no(), "410105-1");
  ASSERT_EQ(master_.now().reports_size(), 2);
  // The other source acts on the master from now on.
  EXPECT_OK(master_.Do("source/110", v1::UrgeCaseRequest()));
  ASSERT_OK(master_.Do("u1", v1::AcceptAssignmentRequest()));
  for (const auto& report : master_.now().reports()) {
    const auto told =
        FeedbackOf(master_.events().back(), report, master_.now());
    ASSERT_TRUE(told.has_value());
    EXPECT_EQ(told->kind(), v1::FEEDBACK_KIND_ACCEPTED);
  }
}

TEST_F(MergeTest, NothingIsMergedIntoItselfOrIntoWhatHasEnded) {
  EXPECT_THAT(d_.DoBoth("disp", merge_, &d_), StatusIs(kInvalid, "itself"));
  CaseDriver third;
  third.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}), "12345", "410105-3");
  ASSERT_OK(d_.DoBoth("disp", merge_, &master_));
  EXPECT_THAT(third.DoBoth("disp", merge_, &d_),
              StatusIs(kWrongState, "nothing can be merged"));
  EXPECT_THAT(master_.DoBoth("disp", merge_, &third),
              StatusIs(kWrongState, "Merge"));  // Dispatched already.
}

TEST_F(MergeTest, AWrongMergeIsUndone) {
  ASSERT_OK(d_.DoBoth("disp", merge_, &master_));
  v1::UnmergeCaseRequest unmerge;
  unmerge.set_reason("不同路段");
  CaseDriver other;
  other.Admit(CaseDriver::Plan("AUTO", {"urban"}), "12345", "410105-9");
  EXPECT_THAT(d_.DoBoth("disp", unmerge, &other),
              StatusIs(kWrongState, "410105-1"));
  const RoutePlan plan = CaseDriver::Plan("AUTO", {"water"});
  ASSERT_OK(d_.DoBoth("disp", unmerge, &master_, &plan));
  EXPECT_EQ(d_.now().state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "water");
  ASSERT_EQ(master_.now().reports_size(), 1);
  EXPECT_EQ(master_.now().reports(0).source_id(), "12345");
  EXPECT_EQ(master_.now().merged_case_nos_size(), 0);
}

TEST_F(MergeTest, ASourceSeesItsOwnReportsViewOnly) {
  ASSERT_OK(d_.DoBoth("disp", merge_, &master_));
  v1::GetCaseResponse view;
  *view.mutable_case_() = master_.now();
  view.mutable_case_()->set_text("张三家门口路面塌陷");
  for (const auto& event : master_.events()) *view.add_timeline() = event;
  view.mutable_timeline(0)->mutable_admitted()->set_text("张三家门口路面塌陷");
  v1::GetCaseResponse own = view;
  KeepViewOf("12345", &own);
  EXPECT_EQ(own.case_().reports_size(), 1);
  EXPECT_NE(own.SerializeAsString().find("张三"), std::string::npos);
  EXPECT_EQ(own.SerializeAsString().find("id-410105-2"), std::string::npos);
  KeepViewOf("110", &view);
  EXPECT_EQ(view.SerializeAsString().find("张三"), std::string::npos);
  EXPECT_EQ(view.SerializeAsString().find("id-410105-1"), std::string::npos);
  EXPECT_EQ(view.case_().reports(0).source_id(), "110");
}

TEST_F(MergeTest, WhoSeesAReporterIsRecordedAndMustWorkOnTheCase) {
  v1::RevealReporterRequest reveal;
  reveal.set_purpose("回访");
  EXPECT_THAT(master_.Do("p1", reveal), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(master_.Do("u1", reveal));
  EXPECT_EQ(master_.events().back().reporter_revealed().officer_id(), "u1");
  reveal.set_report_id("another");
  EXPECT_THAT(master_.Do("u1", reveal),
              StatusIs(absl::StatusCode::kNotFound, "another"));
}

}  // namespace
}  // namespace wangge::cases
