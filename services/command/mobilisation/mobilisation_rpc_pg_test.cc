// The RPCs of mobilisations over a real socket, with a real database.
#include "services/command/command_fixture.h"
#include "testing/proto.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MobilisationRpcTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    StartCommand();
    auto r = Make("s");
    r.mutable_mobilisation();
    id_ = Create(r).instruction_id();
  }

  v1::ReportHouseholdsRequest Households(const std::string& grid_id,
                                         int reached) const {
    v1::ReportHouseholdsRequest r;
    r.set_request_id(NewUuid());
    r.set_instruction_id(id_);
    r.set_grid_id(grid_id);
    r.mutable_count()->set_reached_count(reached);
    return r;
  }

  // Why a report of the officer is refused.
  absl::Status Refusal(const v1::ReportHouseholdsRequest& r,
                       const std::string& officer_id) {
    return As(officer_id, &Stub::ReportHouseholds, r).status();
  }

  absl::StatusOr<v1::ListMicroGridsResponse> List(
      const std::string& instruction_id, const std::string& more = "") {
    auto r = FromText<v1::ListMicroGridsRequest>(more);
    r.set_instruction_id(instruction_id);
    return As("desk", &Stub::ListMicroGrids, r);
  }

  std::unique_ptr<grpc::ClientReader<v1::MobilisationProgress>> Watch(
      const std::string& instruction_id, grpc::ClientContext* context) {
    SpeakFor("desk", context);
    v1::WatchMobilisationRequest r;
    r.set_instruction_id(instruction_id);
    r.set_level(common::v1::GRID_LEVEL_COMMUNITY);
    return stub_->WatchMobilisation(context, r);
  }

  std::string id_;
};

TEST_F(MobilisationRpcTest, EveryMethodHasItsValidator) {
  const auto expect = [](const absl::Status& status, const std::string& field) {
    EXPECT_EQ(status.code(), kInvalid) << field;
    EXPECT_THAT(errors::ViolationsOf(status),
                ::testing::Contains(HasSubstr(field + ": ")));
  };
  expect(Refusal({}, "one"), "count");
  expect(List("").status(), "instruction_id");
  grpc::ClientContext context;
  expect(ReadAll(Watch("", &context).get()).second, "instruction_id");
}

TEST_F(MobilisationRpcTest, FaultyReportsAreRefusedAndChangeNothing) {
  auto r = Households("m1", 1);
  r.set_instruction_id("nowhere");
  EXPECT_EQ(errors::ReasonOf(Refusal(r, "one")),
            common::v1::ERROR_REASON_NOT_FOUND);
  // An instruction, but no mobilisation.
  r.set_instruction_id(Create(Make("s")).instruction_id());
  EXPECT_EQ(errors::MetadataOf(Refusal(r, "one"), "resource"), "mobilisation");
  EXPECT_EQ(errors::ReasonOf(Refusal(Households("nowhere", 1), "one")),
            common::v1::ERROR_REASON_NOT_FOUND);
  // Who has the other micro-grid.
  EXPECT_EQ(errors::ReasonOf(Refusal(Households("m1", 1), "two")),
            common::v1::ERROR_REASON_NOT_YOURS);
  EXPECT_THAT(errors::ViolationsOf(Refusal(Households("m1", 61), "one")),
              ElementsAre("count: has 61 households of a target of 60; correct "
                          "target_count if there are more"));
  EXPECT_EQ(List(id_, "not_begun: true")->micro_grids_size(), 2);
  auto once = Households("m1", 1);
  ASSERT_OK(As("one", &Stub::ReportHouseholds, once));
  once.mutable_count()->set_reached_count(2);
  EXPECT_EQ(errors::ReasonOf(Refusal(once, "one")),
            common::v1::ERROR_REASON_REQUEST_ID_REUSED);
  ASSERT_OK(Cancel(id_));
  EXPECT_EQ(errors::ReasonOf(Refusal(Households("m1", 3), "one")),
            common::v1::ERROR_REASON_WRONG_STATE);
  const auto grids = List(id_, "page_size: 1");
  ASSERT_OK(grids);
  EXPECT_EQ(grids->micro_grids(0).count().reached_count(), 1);
}

TEST_F(MobilisationRpcTest, MicroGridsComeInPagesInOrderOfTheirIds) {
  auto page = List(id_, "page_size: 1");
  ASSERT_OK(page);
  ASSERT_EQ(page->micro_grids_size(), 1);
  EXPECT_EQ(page->micro_grids(0).name(), "m1 name");
  page =
      List(id_, "page_size: 2 page_token: '" + page->next_page_token() + "'");
  ASSERT_OK(page);
  ASSERT_EQ(page->micro_grids_size(), 1);
  EXPECT_EQ(page->micro_grids(0).grid_id(), "m2");
  EXPECT_EQ(page->next_page_token(), "");
  EXPECT_EQ(List(id_, "page_size: -1").status().code(), kInvalid);
  EXPECT_THAT(List(id_, "grid_id: 'nowhere'"),
              StatusIs(absl::StatusCode::kNotFound, "nowhere"));
  EXPECT_THAT(List("nowhere"),
              StatusIs(absl::StatusCode::kNotFound, "nowhere"));
}

TEST_F(MobilisationRpcTest, ProgressIsStreamedUntilTheMobilisationIsOver) {
  grpc::ClientContext context;
  const auto stream = Watch(id_, &context);
  v1::MobilisationProgress progress;
  ASSERT_TRUE(stream->Read(&progress));
  EXPECT_EQ(progress.total().name(), "s name");
  EXPECT_EQ(progress.total().count().target_count(), 110);
  EXPECT_EQ(progress.total().begun_count(), 0);
  ASSERT_OK(As("one", &Stub::ReportHouseholds, Households("m1", 60)));
  ASSERT_TRUE(stream->Read(&progress));
  EXPECT_EQ(progress.total().complete_count(), 1);
  ASSERT_EQ(progress.grids_size(), 1);
  EXPECT_EQ(progress.grids(0).count().reached_count(), 60);
  ASSERT_OK(Cancel(id_));
  const auto [rest, status] = ReadAll(stream.get());
  EXPECT_OK(status);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].total().complete_count(), 1);
}

TEST_F(MobilisationRpcTest, AStreamOfWhatIsNoMobilisationEndsWithNotFound) {
  const std::string plain = Create(Make("s")).instruction_id();
  for (const std::string& id : {std::string("nowhere"), plain}) {
    grpc::ClientContext context;
    const auto [counts, status] = ReadAll(Watch(id, &context).get());
    EXPECT_TRUE(counts.empty());
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, id));
  }
}

TEST_F(MobilisationRpcTest, AStreamEndsWhenTheServiceStops) {
  grpc::ClientContext context;
  const auto stream = Watch(id_, &context);
  v1::MobilisationProgress progress;
  ASSERT_TRUE(stream->Read(&progress));
  host_->host().Stop(absl::Seconds(30));
  EXPECT_EQ(ReadAll(stream.get()).second.code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace wangge::command
