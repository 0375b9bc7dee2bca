// What a case is counted under, from its admission to its reopening.
#include "services/cases/domain/statistics.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

class MeasuresTest : public ::testing::Test {
 protected:
  void SetUp() override { d_.Admit(CaseDriver::Plan("AUTO", {"urban"})); }

  // The figures, were this the only case.
  v1::Statistics Figures() const {
    v1::Statistics figures;
    for (const Measure measure : MeasuresOf(d_.now())) {
      AddSum(static_cast<int64_t>(measure), 1, &figures);
    }
    return figures;
  }
  static std::string Of(const v1::Share& share) {
    return std::to_string(share.count()) + "/" +
           std::to_string(share.of_count());
  }

  void Handle() {
    v1::SubmitResultRequest r;
    r.set_outcome(v1::OUTCOME_RESOLVED);
    r.set_public_reply("已修好");
    ASSERT_OK(d_.Do("u1", r));
  }
  void Check(bool passed) {
    v1::CheckResultRequest r;
    r.set_passed(passed);
    r.set_text("看过");
    ASSERT_OK(d_.Do("g1", r));
  }

  CaseDriver d_;
};

TEST_F(MeasuresTest, ADispatchedCaseIsGreenAndOnTimeAndNothingElse) {
  const v1::Statistics figures = Figures();
  EXPECT_EQ(figures.case_count(), 1);
  ASSERT_EQ(figures.states_size(), 1);
  EXPECT_EQ(figures.states(0).state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(figures.green_count(), 1);
  EXPECT_EQ(Of(figures.filed_on_time()), "1/1");
  EXPECT_EQ(Of(figures.dispatched_on_time()), "1/1");
  EXPECT_EQ(Of(figures.wrong_dispatch()), "0/1");
  EXPECT_EQ(Of(figures.handled_on_time()), "0/0");
  EXPECT_EQ(Of(figures.joint_closed()), "0/0");
  EXPECT_EQ(Of(figures.satisfied()), "0/0");
}

TEST_F(MeasuresTest, TheLightIsWhatTheTimersHaveFound) {
  ASSERT_OK(d_.Do("u1", v1::AcceptAssignmentRequest()));
  // 8 working hours from Monday 10:00: 80 % is used on Tuesday at 08:24 or so.
  d_.Advance(absl::Hours(23) + absl::Minutes(30));
  EXPECT_EQ(Figures().green_count(), 1);
  d_.FireTimers();
  EXPECT_EQ(Figures().yellow_count(), 1);
  EXPECT_EQ(Figures().green_count(), 0);
  d_.Advance(absl::Hours(1));
  d_.FireTimers();
  EXPECT_EQ(Figures().red_count(), 1);
  EXPECT_EQ(Figures().yellow_count(), 0);
  Handle();
  EXPECT_EQ(Of(Figures().handled_on_time()), "0/1");
}

TEST_F(MeasuresTest, AReworkIsCountedAndNotHandledUntilItIsDoneAgain) {
  ASSERT_OK(d_.Do("u1", v1::AcceptAssignmentRequest()));
  Handle();
  EXPECT_EQ(Of(Figures().handled_on_time()), "1/1");
  Check(false);
  EXPECT_EQ(Figures().rework_count(), 1);
  EXPECT_EQ(Of(Figures().handled_on_time()), "0/0");
  Handle();
  Check(true);
  ASSERT_OK(d_.Do("disp", v1::CloseCaseRequest()));
  EXPECT_EQ(Of(Figures().handled_on_time()), "1/1");
  EXPECT_EQ(Figures().green_count(), 0);  // No limit runs any more.
  v1::RecordFollowUpRequest asked;
  asked.set_contacted(v1::ANSWER_YES);
  asked.set_resolved(v1::ANSWER_YES);
  asked.set_satisfied(v1::ANSWER_NO);
  ASSERT_OK(d_.Do("disp", asked));
  EXPECT_EQ(Of(Figures().contacted()), "1/1");
  EXPECT_EQ(Of(Figures().resolved()), "1/1");
  EXPECT_EQ(Of(Figures().satisfied()), "0/1");
}

TEST_F(MeasuresTest, OfAJointCaseTheDenominatorIsSaid) {
  d_ = CaseDriver();
  d_.Admit(CaseDriver::Plan("AUTO", {"urban", "power"}));
  EXPECT_EQ(Of(Figures().joint_closed()), "0/1");
  EXPECT_EQ(Figures().cross_department_count(), 1);
}

TEST(DimensionsTest, OnlyWhatIsSummedUpCanBeAskedFor) {
  v1::GetStatisticsRequest request;
  EXPECT_TRUE(AreKept(DimensionsOf(request)));
  request.set_group(v1::STATISTICS_GROUP_CATEGORY);
  request.set_district_code("410105");
  EXPECT_TRUE(AreKept(DimensionsOf(request)));
  request.set_unit_id("urban");
  EXPECT_FALSE(AreKept(DimensionsOf(request)));
  request.clear_district_code();
  EXPECT_TRUE(AreKept(DimensionsOf(request)));
  request.set_group(v1::STATISTICS_GROUP_STREET);
  EXPECT_FALSE(AreKept(DimensionsOf(request)));
}

// Sums of a later version are not taken for something else.
TEST(AddSumTest, UnknownMeasuresAreLeftOut) {
  v1::Statistics figures;
  AddSum(99, 7, &figures);
  EXPECT_EQ(figures.ByteSizeLong(), 0U);
}

// A request's spans as "first..last dimensions", in order.
std::vector<std::string> Spans(const std::string& first_day,
                               const std::string& last_day,
                               v1::StatisticsGroup group = {}) {
  v1::GetStatisticsRequest request;
  request.set_first_day(first_day);
  request.set_last_day(last_day);
  request.set_group(group);
  std::vector<std::string> spans;
  for (const Span& span : SpansOf(request)) {
    spans.push_back(span.first_day + ".." + span.last_day + " " +
                    std::to_string(span.dimensions));
  }
  std::sort(spans.begin(), spans.end());
  return spans;
}

TEST(SpansTest, WholeMonthsAndTheDaysAroundThem) {
  using testing::ElementsAre;
  EXPECT_THAT(Spans("", ""), ElementsAre("-infinity..infinity 32"));
  EXPECT_THAT(Spans("2026-01-01", ""), ElementsAre("2026-01-01..infinity 32"));
  EXPECT_THAT(Spans("2026-01-02", ""), ElementsAre("2026-01-02..2026-01-31 0",
                                                   "2026-02-01..infinity 32"));
  EXPECT_THAT(Spans("", "2026-02-28"), ElementsAre("-infinity..2026-02-28 32"));
  EXPECT_THAT(Spans("", "2026-02-27"), ElementsAre("-infinity..2026-01-31 32",
                                                   "2026-02-01..2026-02-27 0"));
  EXPECT_THAT(
      Spans("2025-12-31", "2026-03-01"),
      ElementsAre("2025-12-31..2025-12-31 0", "2026-01-01..2026-02-28 32",
                  "2026-03-01..2026-03-01 0"));
  EXPECT_THAT(Spans("2026-02-01", "2026-02-28"),
              ElementsAre("2026-02-01..2026-02-28 32"));
  // No whole month.
  EXPECT_THAT(Spans("2026-01-02", "2026-02-27"),
              ElementsAre("2026-01-02..2026-02-27 0"));
  EXPECT_THAT(Spans("2026-01-05", "2026-01-05"),
              ElementsAre("2026-01-05..2026-01-05 0"));
  // Days that are told apart, and other dimensions.
  EXPECT_THAT(Spans("", "", v1::STATISTICS_GROUP_DAY),
              ElementsAre("-infinity..infinity 0"));
  EXPECT_THAT(Spans("", "", v1::STATISTICS_GROUP_UNIT),
              ElementsAre("-infinity..infinity 36"));
}

}  // namespace
}  // namespace wangge::cases
