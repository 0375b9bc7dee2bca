// Mobilisations and what households are reported, with their tables in a real
// database.
#include "services/command/instructions_fixture.h"

namespace wangge::command {
namespace {

class MobilisationsTest : public InstructionsTest {
 protected:
  void SetUp() override {
    InstructionsTest::SetUp();
    auto r = Make("s");
    r.mutable_mobilisation();
    id_ = Released(r).instruction_id();
  }

  v1::ReportHouseholdsRequest Households(const std::string& grid_id,
                                         int reached, int absent) const {
    v1::ReportHouseholdsRequest r;
    r.set_request_id(NewUuid());
    r.set_instruction_id(id_);
    r.set_grid_id(grid_id);
    r.mutable_count()->set_reached_count(reached);
    r.mutable_count()->set_absent_count(absent);
    return r;
  }

  v1::MobilisationProgress Progress(common::v1::GridLevel level) {
    const auto stored = mobilisations_->Find(id_, Soon());
    EXPECT_OK(stored);
    return *reach_->GetProgress(stored->instruction, level, Soon());
  }

  std::string id_;
};

TEST_F(MobilisationsTest, ReportsRollUpAndCorrectionsAreEvents) {
  ASSERT_OK(mobilisations_->Report(Households("m1", 50, 5), As("one")));
  const auto corrected =
      mobilisations_->Report(Households("m1", 55, 5), As("worker"));
  ASSERT_OK(corrected);
  EXPECT_EQ(corrected->report_count(), 2);
  EXPECT_EQ(corrected->name(), "m1 name");
  EXPECT_TRUE(corrected->has_complete_time());
  const auto progress = Progress(common::v1::GRID_LEVEL_COMMUNITY);
  EXPECT_THAT(progress.total(),
              EqualsProto(FromText<v1::GridProgress>(
                  "grid_id: 's' count { target_count: 110 reached_count: 55 "
                  "absent_count: 5 } micro_grid_count: 2 begun_count: 1 "
                  "complete_count: 1 complete_in_time_count: 1")));
  ASSERT_EQ(progress.grids_size(), 1);
  EXPECT_EQ(progress.grids(0).grid_id(), "k");
  EXPECT_EQ(FromProto(progress.end_time()), now_ + absl::Hours(2));
  v1::ListMicroGridsRequest r;
  r.set_instruction_id(id_);
  r.set_not_begun(true);
  const auto waiting = mobilisations_->List(r, *city_, Soon());
  ASSERT_OK(waiting);
  ASSERT_EQ(waiting->micro_grids_size(), 1);
  EXPECT_EQ(waiting->micro_grids(0).grid_id(), "m2");
}

TEST_F(MobilisationsTest, ARepeatIsOneReportAndLateOnesAreNotInTime) {
  const auto r = Households("m2", 50, 0);
  now_ += absl::Minutes(121);
  ASSERT_OK(mobilisations_->Report(r, As("two")));
  EXPECT_EQ(mobilisations_->Report(r, As("two"))->report_count(), 1);
  const auto total = Progress(common::v1::GRID_LEVEL_UNSPECIFIED).total();
  EXPECT_EQ(total.complete_count(), 1);
  EXPECT_EQ(total.complete_in_time_count(), 0);
  auto other = r;
  other.mutable_count()->set_reached_count(49);
  EXPECT_THAT(mobilisations_->Report(other, As("two")),
              StatusIs(absl::StatusCode::kInvalidArgument, r.request_id()));
}

TEST_F(MobilisationsTest, BadReportsChangeNothing) {
  EXPECT_THAT(mobilisations_->Report(Households("m1", 61, 0), As("one")),
              StatusIs(absl::StatusCode::kInvalidArgument, "count"));
  EXPECT_THAT(mobilisations_->Report(Households("m1", 1, 0), As("two")),
              StatusIs(absl::StatusCode::kPermissionDenied, "two"));
  EXPECT_THAT(mobilisations_->Report(Households("p", 1, 0), As("worker")),
              StatusIs(absl::StatusCode::kNotFound, "p"));
  EXPECT_EQ(Progress(common::v1::GRID_LEVEL_UNSPECIFIED).total().begun_count(),
            0);
  auto more = Households("m1", 61, 0);
  more.mutable_count()->set_target_count(62);
  EXPECT_EQ(mobilisations_->Report(more, As("one"))->count().target_count(),
            62);
  ASSERT_OK(Cancel(id_, "desk"));
  EXPECT_THAT(mobilisations_->Report(Households("m1", 1, 0), As("one")),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
}

}  // namespace
}  // namespace wangge::command
