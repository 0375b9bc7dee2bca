#include "services/cases/domain/decide.h"

#include "gmock/gmock.h"
#include "services/cases/domain/feedback.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

v1::SubmitResultRequest Result() {
  v1::SubmitResultRequest r;
  r.set_outcome(v1::OUTCOME_RESOLVED);
  r.set_text("修好");
  r.set_public_reply("已修好");
  return r;
}

v1::CheckResultRequest Check(bool passed) {
  v1::CheckResultRequest r;
  r.set_passed(passed);
  r.set_text("看过");
  return r;
}

v1::CloseCaseRequest Close(const std::string& cause = "") {
  v1::CloseCaseRequest r;
  r.set_root_cause(cause);
  return r;
}

v1::DecideApprovalRequest Decision(int number, bool approved) {
  v1::DecideApprovalRequest r;
  r.set_approval_number(number);
  r.set_approved(approved);
  r.set_reason("查实");
  return r;
}

const v1::AcceptAssignmentRequest kAccept;

class DecideTest : public ::testing::Test {
 protected:
  CaseDriver d_;
  CaseState State() const { return d_.now().state(); }
};

TEST_F(DecideTest, ASureReportIsFiledAndDispatchedAtOnce) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "urban");
  EXPECT_EQ(d_.now().version(), 3);
  EXPECT_EQ(d_.now().assignments(0).officer_id(), "u1");
  // 480 working minutes from Monday 10:00 end on Tuesday 10:00.
  EXPECT_EQ(FormatCity(FromProto(d_.now().due_time())), "2026-11-24 10:00:00");
  EXPECT_EQ(d_.events()[1].actor(), "rule");
}

TEST_F(DecideTest, AnUnsureReportWaitsForAPersonAndIsNeverUnowned) {
  d_.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}));
  EXPECT_EQ(State(), v1::CASE_STATE_RECEIVED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "od");
  v1::DispatchCaseRequest dispatch;
  dispatch.set_lead_unit_id("urban");
  EXPECT_THAT(d_.Do("u1", dispatch), StatusIs(kDenied, "dispatcher"));
  v1::DispatchCaseRequest to_team = dispatch;
  to_team.set_lead_unit_id("team");
  EXPECT_THAT(d_.Do("disp", to_team),
              StatusIs(kWrongState, "never for a grid"));
  EXPECT_OK(d_.Do("disp", dispatch));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().operator_reason(), "");
}

TEST_F(DecideTest, TheGridTeamVerifiesAnUnsureReportOfASourceThatWantsIt) {
  d_.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}), "wechat");
  EXPECT_EQ(State(), v1::CASE_STATE_VERIFYING);
  EXPECT_EQ(d_.now().verification().officer_id(), "g1");
  EXPECT_EQ(d_.events()[1].actor(), "rule");
  // Filing waits for the finding; the look itself has a limit.
  d_.Advance(absl::Minutes(5));
  EXPECT_EQ(d_.FireTimers(), 0U);
  d_.Advance(absl::Hours(2));
  EXPECT_EQ(d_.FireTimers(), 1U);

  v1::ReportVerificationRequest finding;
  finding.set_found(true);
  finding.set_text("人行道破损");
  const RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  EXPECT_THAT(d_.Do("u1", finding, &plan), StatusIs(kDenied, "asked to look"));
  EXPECT_OK(d_.Do("g1", finding, &plan));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "urban");
  EXPECT_EQ(d_.now().operator_reason(), "");
  EXPECT_FALSE(d_.now().has_verification());
}

TEST_F(DecideTest, WhatIsNotFoundOnTheSpotGoesBackToAPerson) {
  d_.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}));
  v1::RequestVerificationRequest ask;
  ask.set_question("路面是否破损");
  EXPECT_THAT(d_.Do("g1", ask), StatusIs(kDenied, "dispatcher"));
  EXPECT_OK(d_.Do("disp", ask));
  EXPECT_EQ(State(), v1::CASE_STATE_VERIFYING);
  v1::ReportVerificationRequest finding;
  finding.set_text("已修好");
  const RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  EXPECT_OK(d_.Do("g1", finding, &plan));
  EXPECT_EQ(State(), v1::CASE_STATE_RECEIVED);
  EXPECT_EQ(d_.now().operator_reason(), "not_found_on_spot");
  // Filing has its minute again.
  d_.Advance(absl::Seconds(61));
  EXPECT_EQ(d_.FireTimers(), 1U);
}

TEST_F(DecideTest, TheWholeWayToClosed) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  EXPECT_THAT(d_.Do("p1", kAccept), StatusIs(kDenied, "only"));
  EXPECT_OK(d_.Do("u2", kAccept));  // A substitute of the unit.
  EXPECT_EQ(State(), v1::CASE_STATE_IN_PROGRESS);
  EXPECT_EQ(d_.now().assignments(0).accepted_by(), "u2");
  EXPECT_OK(d_.Do("u2", Result()));
  EXPECT_THAT(d_.Do("u2", Check(true)), StatusIs(kDenied, "only"));
  EXPECT_OK(d_.Do("g1", Check(false)));
  EXPECT_EQ(State(), v1::CASE_STATE_IN_PROGRESS);
  EXPECT_EQ(d_.now().rework_count(), 1);
  EXPECT_EQ(d_.now().outcome(), v1::OUTCOME_UNSPECIFIED);
  EXPECT_OK(d_.Do("u2", Result()));
  EXPECT_OK(d_.Do("g1", Check(true)));
  EXPECT_THAT(d_.Do("u1", Close()), StatusIs(kDenied, "dispatcher"));
  EXPECT_OK(d_.Do("disp", Close()));
  EXPECT_EQ(State(), v1::CASE_STATE_CLOSED);
  EXPECT_EQ(d_.now().outcome(), v1::OUTCOME_RESOLVED);
  EXPECT_FALSE(NextTimer(d_.now()).has_value());
}

TEST_F(DecideTest, HotlineCasesCloseAfterTheReporterWasAsked) {
  RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  v1::Report report;
  report.mutable_key()->set_source_id("12345");
  report.set_requires_follow_up(true);
  const Context context{d_.city(),
                        {"source/12345", "12345", nullptr},
                        absl::FromUnixSeconds(1795399200),
                        nullptr};
  d_.Take(DecideAdmit("410105-1", report, plan, context));
  ASSERT_OK(d_.Do("u1", kAccept));
  ASSERT_OK(d_.Do("u1", Result()));
  ASSERT_OK(d_.Do("g1", Check(true)));
  EXPECT_THAT(d_.Do("disp", Close()), StatusIs(kWrongState, "not asked"));
  v1::RecordFollowUpRequest missed;
  missed.set_contacted(v1::ANSWER_NO);
  EXPECT_THAT(d_.Do("source/110", missed), StatusIs(kDenied, "dispatcher"));
  for (int i = 0; i < 3; ++i) EXPECT_OK(d_.Do("source/12345", missed));
  EXPECT_OK(d_.Do("disp", Close()));
}

TEST_F(DecideTest, AReturnIsReroutedWithoutThatUnit) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  v1::RequestReturnRequest ask;
  ask.set_legal_basis("不属本单位职责");
  EXPECT_THAT(d_.Do("p1", ask), StatusIs(kDenied, "urban"));
  ASSERT_OK(d_.Do("u1", ask));
  EXPECT_EQ(d_.now().accountable_unit_id(), "urban");  // Until it is decided.
  EXPECT_THAT(d_.Do("u1", ask), StatusIs(kWrongState, "already"));
  EXPECT_THAT(d_.Do("u1", kAccept), StatusIs(kWrongState, "return"));
  const RoutePlan again = CaseDriver::Plan("AUTO", {"water"});
  const auto approve = Decision(1, true);
  EXPECT_THAT(d_.Do("u2", approve, &again), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("disp", approve, &again));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(d_.now().accountable_unit_id(), "water");
  EXPECT_EQ(d_.now().excluded_unit_ids(0), "urban");
  EXPECT_EQ(d_.now().assignments(0).state(), v1::ASSIGNMENT_STATE_WITHDRAWN);
  EXPECT_TRUE(d_.events().back().dispatched().redispatch());
}

TEST_F(DecideTest, AReturnTooLateOrAThirdOneIsRefused) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  v1::RequestReturnRequest ask;
  d_.Advance(absl::Hours(25));
  EXPECT_THAT(d_.Do("u1", ask), StatusIs(kWrongState, "one working day"));
  d_.Advance(-absl::Hours(25));
  ASSERT_OK(d_.Do("u1", ask));
  ASSERT_OK(d_.Do("disp", Decision(1, false)));
  EXPECT_EQ(PendingReturn(d_.now()), nullptr);
  // The second time the parties consult.
  v1::RequestReturnRequest second;
  second.set_proposed_unit_id("water");
  ASSERT_OK(d_.Do("u1", second));
  EXPECT_EQ(State(), v1::CASE_STATE_CONSULTING);
  EXPECT_EQ(d_.now().consultation().party_unit_ids_size(), 2);
  v1::DecideJointRequest decide;
  decide.set_lead_unit_id("urban");
  decide.set_reason("职责清单");
  ASSERT_OK(d_.Do("disp", decide));
  EXPECT_THAT(d_.Do("u1", ask), StatusIs(kWrongState, "no third"));
}

TEST_F(DecideTest, AJointCaseNeedsEveryPartAndARootCause) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban", "power", "water"}));
  EXPECT_TRUE(d_.now().joint());
  EXPECT_TRUE(d_.now().cross_department());
  ASSERT_OK(d_.Do("u1", kAccept));
  ASSERT_OK(d_.Do("p1", kAccept));
  EXPECT_THAT(d_.Do("u1", Result()), StatusIs(kWrongState, "power"));
  v1::CompleteAssignmentRequest done;
  done.set_text("通电");
  EXPECT_THAT(d_.Do("u1", done), StatusIs(kWrongState, "co-handler"));
  ASSERT_OK(d_.Do("p1", done));
  v1::CheckAssignmentRequest check;
  check.set_assignment_number(2);
  EXPECT_THAT(d_.Do("p1", check), StatusIs(kDenied, "only"));
  ASSERT_OK(d_.Do("g1", check));
  check.set_assignment_number(3);
  check.set_waive_reason("无需供水配合");
  EXPECT_THAT(d_.Do("g1", check), StatusIs(kDenied, "dispatcher"));
  ASSERT_OK(d_.Do("disp", check));
  ASSERT_OK(d_.Do("u1", Result()));
  ASSERT_OK(d_.Do("g1", Check(true)));
  EXPECT_THAT(d_.Do("disp", Close()),
              StatusIs(absl::StatusCode::kInvalidArgument, "root_cause"));
  EXPECT_OK(d_.Do("disp", Close("未报装专用电源")));
}

TEST_F(DecideTest, AConsultationEndsWithExactlyOneLead) {
  d_.Admit(CaseDriver::Plan("CONSULT", {"urban", "power"}));
  EXPECT_EQ(State(), v1::CASE_STATE_CONSULTING);
  EXPECT_EQ(d_.now().consultation().coordinator_unit_id(), "od");
  v1::RecordPositionRequest position;
  position.set_basis("未移交");
  EXPECT_THAT(d_.Do("w1", position), StatusIs(kDenied, "consultation"));
  ASSERT_OK(d_.Do("p1", position));
  ASSERT_OK(d_.Do("p1", position));  // A newer position replaces the older.
  EXPECT_EQ(d_.now().consultation().positions_size(), 1);
  v1::DecideJointRequest decide;
  decide.set_lead_unit_id("water");
  EXPECT_THAT(d_.Do("disp", decide),
              StatusIs(absl::StatusCode::kInvalidArgument, "not a party"));
  v1::ConveneJointRequest convene;
  convene.add_party_unit_ids("water");
  EXPECT_THAT(d_.Do("p1", convene), StatusIs(kDenied, "coordinating"));
  ASSERT_OK(d_.Do("disp", convene));
  decide.add_co_handler_unit_ids("water");
  EXPECT_THAT(d_.Do("disp", decide),
              StatusIs(absl::StatusCode::kInvalidArgument, "one lead"));
  decide.set_co_handler_unit_ids(0, "power");
  ASSERT_OK(d_.Do("disp", decide));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(LeadOf(d_.now())->unit_id(), "water");
}

TEST_F(DecideTest, TimersFireOnceAndALateOneChangesNothing) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  EXPECT_EQ(d_.FireTimers(), 0U);
  // Ordinary: accept within four working hours.
  EXPECT_EQ(*NextTimer(d_.now()),
            FromProto(d_.now().assignments(0).accept_due_time()));
  d_.Advance(absl::Hours(4) + absl::Minutes(1));
  EXPECT_EQ(d_.FireTimers(), 1U);
  EXPECT_EQ(d_.events().back().urged().kind(), "accept");
  EXPECT_EQ(d_.FireTimers(), 0U);
  d_.Advance(absl::Hours(24));
  EXPECT_EQ(d_.FireTimers(), 2U);  // 80 % and 100 % of the limit.
  EXPECT_EQ(d_.events().back().supervised().unit_id(), "od");
  EXPECT_EQ(d_.FireTimers(), 0U);
  EXPECT_EQ(LightOf(d_.now(), absl::FromUnixSeconds(1795399200)),
            common::v1::LIGHT_GREEN);
  EXPECT_EQ(LightOf(d_.now(), absl::FromUnixSeconds(1795999200)),
            common::v1::LIGHT_RED);
}

TEST_F(DecideTest, UrgingIsRateLimitedAndForThoseConcerned) {
  d_.Admit(CaseDriver::Plan("AUTO", {"urban"}));
  const v1::UrgeCaseRequest urge;
  EXPECT_THAT(d_.Do("source/110", urge), StatusIs(kDenied, "dispatcher"));
  EXPECT_OK(d_.Do("source/12345", urge));
  EXPECT_THAT(d_.Do("disp", urge), StatusIs(kWrongState, "ten minutes"));
  d_.Advance(absl::Minutes(11));
  EXPECT_OK(d_.Do("disp", urge));
}

TEST_F(DecideTest, SafetyMattersCannotBeWithdrawn) {
  RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  plan.set_urgency(common::v1::URGENCY_SAFETY);
  d_.Admit(plan);
  const v1::CancelCaseRequest cancel;
  EXPECT_THAT(d_.Do("source/12345", cancel), StatusIs(kWrongState, "safety"));
  EXPECT_OK(d_.Do("disp", cancel));
  EXPECT_EQ(State(), v1::CASE_STATE_DISPATCHED);  // Another must approve.
  EXPECT_THAT(d_.Do("disp", Decision(1, true)),
              StatusIs(kWrongState, "requester"));
  EXPECT_OK(d_.Do("disp2", Decision(1, true)));
  EXPECT_EQ(State(), v1::CASE_STATE_CANCELLED);
}

TEST_F(DecideTest, RejectingTellsTheProperChannel) {
  d_.Admit(CaseDriver::Plan("NEEDS_OPERATOR", {}));
  v1::RejectCaseRequest reject;
  reject.set_reason("属诉讼事项");
  reject.set_proper_channel("人民法院");
  ASSERT_OK(d_.Do("disp", reject));
  const auto told =
      FeedbackOf(d_.events().back(), d_.now().reports(0), d_.now());
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->kind(), v1::FEEDBACK_KIND_REJECTED);
  EXPECT_EQ(told->text(), "属诉讼事项 人民法院");
}

}  // namespace
}  // namespace wangge::cases
