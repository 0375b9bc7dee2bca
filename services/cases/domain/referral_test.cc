#include "services/cases/domain/referral.h"

#include "gmock/gmock.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

class ReferralTest : public ::testing::Test {
 protected:
  void SetUp() override {
    *admission_.mutable_plan() = CaseDriver::Plan("AUTO", {"urban"});
    admission_.mutable_report()->mutable_key()->set_source_id("110");
    auto opened = OpenReferral(admission_, "r", As("source/110"));
    ASSERT_OK(opened);
    r_ = *opened;
  }
  Context As(const std::string& who) const {
    if (who.rfind("source/", 0) == 0) {
      return {*city_, {who, who.substr(7), nullptr}, now_, nullptr};
    }
    return {*city_, {who, "", city_->FindOfficer(who)}, now_, nullptr};
  }
  void Push() {
    ASSERT_OK(ApproveStation("属实", As("s1"), &r_));
    ASSERT_OK(ApproveBranch("同意", "410105-1", As("b1"), &r_));
  }

  const std::shared_ptr<const city::City> city_ = TestCity();
  absl::Time now_ = absl::FromUnixSeconds(1795399200);
  v1::Admission admission_;
  Referral r_;
};

TEST_F(ReferralTest, TwoPersonsOfTheStationAndItsBranchApprove) {
  EXPECT_EQ(r_.station_unit_id(), "station");
  EXPECT_EQ(r_.branch_unit_id(), "branch");
  EXPECT_THAT(ApproveStation("", As("b1"), &r_), StatusIs(kDenied, "r"));
  EXPECT_THAT(ApproveBranch("", "n", As("b1"), &r_),
              StatusIs(kWrongState, "BRANCH_REVIEW"));
  ASSERT_OK(ApproveStation("属实", As("s1"), &r_));
  EXPECT_EQ(FeedbackOf(r_)->kind(), v1::FEEDBACK_KIND_STATION_APPROVED);
  EXPECT_THAT(ApproveBranch("", "n", As("s1"), &r_), StatusIs(kDenied, "r"));
  ASSERT_OK(ApproveBranch("同意", "410105-1", As("b1"), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_PUSHED);
  EXPECT_EQ(r_.case_no(), "410105-1");
  EXPECT_EQ(r_.version(), 3);
  EXPECT_FALSE(FeedbackOf(r_).has_value());  // The case's RECEIPT tells it.
}

TEST_F(ReferralTest, OnePersonNeverApprovesBothLevels) {
  ASSERT_OK(ApproveStation("", As("s1"), &r_));
  r_.set_station_reviewer_id("b1");
  EXPECT_THAT(ApproveBranch("", "n", As("b1"), &r_), StatusIs(kDenied, "r"));
}

TEST_F(ReferralTest, TheLevelThatItWaitsForRejectsWithAReason) {
  EXPECT_THAT(RejectReferral("x", As("b1"), &r_), StatusIs(kDenied, "r"));
  EXPECT_THAT(RejectReferral("", As("s1"), &r_), StatusIs(kInvalid, "reason"));
  ASSERT_OK(RejectReferral("警务事项", As("s1"), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_RETURNED_TO_POLICE);
  EXPECT_EQ(FeedbackOf(r_)->text(), "警务事项");
  EXPECT_THAT(ApproveStation("", As("s1"), &r_),
              StatusIs(kWrongState, "RETURNED_TO_POLICE"));
}

TEST_F(ReferralTest, TimeRemindsTwiceThenCallsTheCommanderAndNeverApproves) {
  EXPECT_FALSE(RemindOfReview(now_ + absl::Minutes(9), &r_));
  for (int i = 1; i <= 3; ++i) {
    now_ += absl::Minutes(10);
    EXPECT_TRUE(RemindOfReview(now_, &r_));
    EXPECT_EQ(r_.steps().rbegin()->what(),
              i < 3 ? "reminded" : "commander called");
  }
  EXPECT_FALSE(RemindOfReview(now_ + absl::Hours(24), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_STATION_REVIEW);
  ASSERT_OK(ApproveStation("", As("s1"), &r_));
  EXPECT_EQ(r_.reminder_count(), 0);
  EXPECT_TRUE(RemindOfReview(now_ + absl::Minutes(10), &r_));
}

TEST_F(ReferralTest, ABounceWaitsForThePoliceAndWeStayAccountable) {
  Case c;
  c.set_state(v1::CASE_STATE_DISPATCHED);
  c.set_accountable_unit_id("urban");
  EXPECT_THAT(Bounce("x", c, As("disp"), &r_), StatusIs(kWrongState, "PUSHED"));
  Push();
  EXPECT_THAT(Bounce("x", c, As("u1"), &r_), StatusIs(kDenied, "dispatcher"));
  EXPECT_THAT(AcknowledgeBounce(As("source/110"), &r_),
              StatusIs(kWrongState, "nothing was bounced"));
  ASSERT_OK(Bounce("涉嫌犯罪", c, As("disp"), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_PUSHED);
  EXPECT_THAT(AcknowledgeBounce(As("source/12345"), &r_),
              StatusIs(kDenied, "r"));
  ASSERT_OK(AcknowledgeBounce(As("source/110"), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_RETURNED_TO_POLICE);
}

TEST_F(ReferralTest, ThePoliceReclaimWheneverItIsOpen) {
  EXPECT_THAT(Reclaim("x", As("source/12345"), &r_), StatusIs(kDenied, "r"));
  ASSERT_OK(Reclaim("另有警情", As("source/110"), &r_));
  EXPECT_EQ(r_.state(), v1::REFERRAL_STATE_RECLAIMED);
  EXPECT_THAT(Reclaim("x", As("source/110"), &r_),
              StatusIs(kWrongState, "RECLAIMED"));
}

TEST_F(ReferralTest, WhatIsThePolicesOwnOrNowhereIsNotReferred) {
  admission_.mutable_plan()->set_category_code("hazard");
  EXPECT_THAT(OpenReferral(admission_, "r", As("source/110")).status(),
              StatusIs(kWrongState, "stays with the police"));
  admission_.mutable_plan()->set_category_code("road");
  admission_.mutable_plan()->clear_place();
  EXPECT_THAT(OpenReferral(admission_, "r", As("source/110")).status(),
              StatusIs(kWrongState, "no police station"));
}

}  // namespace
}  // namespace wangge::cases
