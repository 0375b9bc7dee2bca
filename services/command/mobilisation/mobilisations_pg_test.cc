// Mobilisations and what households are reported, with their tables in a real
// database.
#include "services/command/instructions_fixture.h"
#include "services/command/mobilisation/mobilisations.h"

namespace wangge::command {
namespace {

class MobilisationsTest : public InstructionsTest {
 protected:
  void SetUp() override {
    InstructionsTest::SetUp();
    mobilisation_store_ = std::make_unique<MobilisationStore>(pool_.get());
    mobilisations_ = std::make_unique<Mobilisations>(
        mobilisation_store_.get(),
        [this](const std::string& id, absl::Time deadline) {
          return store_->Get(id, deadline);
        },
        &holder_, &clock_);
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

  absl::StatusOr<v1::MicroGrid> Report(const v1::ReportHouseholdsRequest& r,
                                       const std::string& officer_id) {
    return ReportHouseholds(*mobilisations_, As(officer_id), r);
  }

  v1::MobilisationProgress Progress(common::v1::GridLevel level) {
    const auto stored = mobilisations_->Find(id_, Soon());
    EXPECT_OK(stored);
    return *mobilisation_store_->GetProgress(stored->instruction, level,
                                             Soon());
  }

  std::unique_ptr<MobilisationStore> mobilisation_store_;
  std::unique_ptr<Mobilisations> mobilisations_;
  std::string id_;
};

TEST_F(MobilisationsTest, ReportsRollUpAndCorrectionsAreEvents) {
  ASSERT_OK(Report(Households("m1", 50, 5), "one"));
  const auto corrected = Report(Households("m1", 55, 5), "worker");
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
  EXPECT_EQ(FromProto(progress.end_time()), clock_.Now() + absl::Hours(2));
  v1::ListMicroGridsRequest r;
  r.set_instruction_id(id_);
  r.set_not_begun(true);
  const auto waiting = ListMicroGrids(*mobilisations_, As("desk"), r);
  ASSERT_OK(waiting);
  ASSERT_EQ(waiting->micro_grids_size(), 1);
  EXPECT_EQ(waiting->micro_grids(0).grid_id(), "m2");
}

TEST_F(MobilisationsTest, ARepeatIsOneReportAndLateOnesAreNotInTime) {
  const auto r = Households("m2", 50, 0);
  clock_.Advance(absl::Minutes(121));
  ASSERT_OK(Report(r, "two"));
  EXPECT_EQ(Report(r, "two")->report_count(), 1);
  const auto total = Progress(common::v1::GRID_LEVEL_UNSPECIFIED).total();
  EXPECT_EQ(total.complete_count(), 1);
  EXPECT_EQ(total.complete_in_time_count(), 0);
  auto other = r;
  other.mutable_count()->set_reached_count(49);
  EXPECT_THAT(Report(other, "two"),
              StatusIs(absl::StatusCode::kInvalidArgument, r.request_id()));
}

TEST_F(MobilisationsTest, BadReportsChangeNothing) {
  EXPECT_THAT(Report(Households("m1", 61, 0), "one"),
              StatusIs(absl::StatusCode::kInvalidArgument, "count"));
  EXPECT_THAT(Report(Households("m1", 1, 0), "two"),
              StatusIs(absl::StatusCode::kPermissionDenied, "two"));
  EXPECT_THAT(Report(Households("p", 1, 0), "worker"),
              StatusIs(absl::StatusCode::kNotFound, "p"));
  EXPECT_EQ(Progress(common::v1::GRID_LEVEL_UNSPECIFIED).total().begun_count(),
            0);
  auto more = Households("m1", 61, 0);
  more.mutable_count()->set_target_count(62);
  EXPECT_EQ(Report(more, "one")->count().target_count(), 62);
  ASSERT_OK(Cancel(id_, "desk"));
  EXPECT_THAT(Report(Households("m1", 1, 0), "one"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
}

}  // namespace
}  // namespace wangge::command
