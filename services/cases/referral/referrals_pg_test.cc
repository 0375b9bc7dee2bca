// Referrals against real tables: with the case that one becomes.
#include "gmock/gmock.h"
#include "services/cases/referral/referrals.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class ReferralsTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    referral_store_ = std::make_unique<ReferralStore>(pool_.get());
    referrals_ = std::make_unique<Referrals>(
        referral_store_.get(),
        Referrals::Parts{
            rooms_->engine, rooms_->seal,
            [](const Matter&, absl::Time) {
              return CaseDriver::Plan("AUTO", {"urban"});
            },
            [this](const std::string& district, absl::Time now,
                   absl::Time deadline) {
              return rooms_->admitter.NextCaseNo(district, now, deadline);
            },
            [this](const std::string& case_no,
                   const v1::AdmitReportsRequest& request,
                   const Context& context, absl::Time deadline,
                   const AdmissionHook& hook) {
              return rooms_->admitter.AdmitAs(case_no, request, context.city,
                                              context.now, deadline, hook);
            }});
    admission_ = Admission("a");
    admission_.mutable_report()->mutable_key()->set_source_id("110");
    const auto opened =
        referrals_->Open(admission_, *city_, absl::Now(), Soon());
    ASSERT_OK(opened);
    request_.set_referral_id(opened->referral_id());
    request_.set_reason("属实");
  }
  Context As(const std::string& who) const {
    if (who == "110") {
      return {*city_, {"source/110", "110", nullptr}, absl::Now(), nullptr};
    }
    return {*city_,
            {"officer/" + who, "", city_->FindOfficer(who)},
            absl::Now(),
            nullptr};
  }
  static RequestKey Key() { return {"x", NewUuid(), "digest", ""}; }
  absl::StatusOr<Referral> Push() {
    auto approved =
        referrals_->ApproveStation(request_, Key(), As("s1"), Soon());
    if (!approved.ok()) return approved;
    return referrals_->ApproveBranch(request_, Key(), As("b1"), Soon());
  }
  Case Read(const std::string& case_no) {
    const auto loaded = Load(case_no);
    EXPECT_OK(loaded);
    return loaded.ok() ? *loaded : Case();
  }

  v1::Admission admission_;
  v1::DecideReferralRequest request_;
  std::unique_ptr<ReferralStore> referral_store_;
  std::unique_ptr<Referrals> referrals_;
};

TEST_F(ReferralsTest, TheSecondApprovalAdmitsTheReportOnce) {
  const auto pushed = Push();
  ASSERT_OK(pushed);
  const Case c = Read(pushed->case_no());
  EXPECT_EQ(c.state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(c.referral_id(), request_.referral_id());
  // The reporter was sealed when the referral was opened.
  EXPECT_OK(
      rooms_->reporters.Find(admission_.report().key().report_id(), Soon()));
  // The source repeats its call: the same referral, with its case by now.
  const auto again = referrals_->Open(admission_, *city_, absl::Now(), Soon());
  ASSERT_OK(again);
  EXPECT_TRUE(again->replayed());
  EXPECT_EQ(again->referral_id(), request_.referral_id());
  EXPECT_EQ(again->case_no(), pushed->case_no());
  std::vector<v1::FeedbackKind> kinds;
  for (const auto& item : WaitForFeedback("110", 5)) {
    kinds.push_back(item.item.kind());
  }
  EXPECT_EQ(kinds,
            (std::vector<v1::FeedbackKind>{
                v1::FEEDBACK_KIND_REFERRED, v1::FEEDBACK_KIND_STATION_APPROVED,
                v1::FEEDBACK_KIND_RECEIPT, v1::FEEDBACK_KIND_FILED,
                v1::FEEDBACK_KIND_DISPATCHED}));
}

TEST_F(ReferralsTest, ARepeatedRequestChangesNothing) {
  const RequestKey key = Key();
  ASSERT_OK(referrals_->ApproveStation(request_, key, As("s1"), Soon()));
  const auto again =
      referrals_->ApproveStation(request_, key, As("s1"), Soon());
  ASSERT_OK(again);
  EXPECT_EQ(again->version(), 2);
  RequestKey other = key;
  other.digest = "another";
  EXPECT_THAT(
      referrals_->ApproveStation(request_, other, As("s1"), Soon()).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, "another body"));
}

TEST_F(ReferralsTest, ABouncedCaseIsOursUntilThePoliceAcknowledge) {
  const auto pushed = Push();
  ASSERT_OK(pushed);
  ASSERT_OK(referrals_->Bounce(request_, Key(), As("disp"), Soon()));
  EXPECT_EQ(Read(pushed->case_no()).state(), v1::CASE_STATE_DISPATCHED);
  ASSERT_OK(referrals_->AcknowledgeBounce(request_, Key(), As("110"), Soon()));
  const Case c = Read(pushed->case_no());
  EXPECT_EQ(c.state(), v1::CASE_STATE_TRANSFERRED);
  EXPECT_EQ(c.outside_body(), "110");
}

TEST_F(ReferralsTest, AReclaimEndsAnOpenCaseAndLeavesAClosedOneAlone) {
  const auto pushed = Push();
  ASSERT_OK(pushed);
  ASSERT_OK(referrals_->Reclaim(request_, Key(), As("110"), Soon()));
  EXPECT_EQ(Read(pushed->case_no()).state(), v1::CASE_STATE_TRANSFERRED);
  EXPECT_THAT(referrals_->Reclaim(request_, Key(), As("110"), Soon()).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition, "RECLAIMED"));
}

TEST_F(ReferralsTest, WhatWaitsIsListedAndRemindedOf) {
  v1::ListReferralsRequest list;
  list.set_unit_id("station");
  EXPECT_EQ(referral_store_->List(list, Soon())->size(), 1U);
  list.set_unit_id("another");
  EXPECT_EQ(referral_store_->List(list, Soon())->size(), 0U);
  EXPECT_EQ(*referrals_->FireTimers(absl::Now(), 10, Soon()), 0);
  EXPECT_EQ(
      *referrals_->FireTimers(absl::Now() + absl::Minutes(11), 10, Soon()), 1);
  EXPECT_EQ(referrals_->Get(request_.referral_id(), Soon())->reminder_count(),
            1);
}

}  // namespace
}  // namespace wangge::cases
