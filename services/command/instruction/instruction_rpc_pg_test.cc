// The RPCs of instructions over a real socket, with a real database.
#include "services/command/command_fixture.h"
#include "testing/proto.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class InstructionRpcTest : public CommandTest {
 protected:
  void SetUp() override {
    CommandTest::SetUp();
    StartCommand();
  }

  template <typename Request>
  static Request Of(const std::string& instruction_id) {
    Request r;
    r.set_instruction_id(instruction_id);
    return r;
  }

  absl::StatusOr<v1::Instruction> Release(const std::string& id,
                                          const std::string& officer_id) {
    auto r = Of<v1::ReleaseInstructionRequest>(id);
    r.set_request_id(NewUuid());
    return As(officer_id, &Stub::ReleaseInstruction, r);
  }

  // An instruction for the district, which waits for another person.
  v1::Instruction CreateWaiting() {
    const auto created = As("mayor", &Stub::CreateInstruction, Make("d"));
    EXPECT_OK(created);
    return *created;
  }

  // A receipt of `recipient_id` for what the instruction has sent.
  void Receive(const std::string& recipient_id, v1::ReceiptKind kind) {
    const auto pending = deliveries_->Pending(
        {{recipient_id, 0, {}, {UINT64_MAX >> 1, 0}}}, 10, absl::Now(), Soon());
    ASSERT_OK(pending);
    ASSERT_EQ(pending->front().size(), 1U);
    v1::Receipt receipt;
    receipt.set_delivery_id(DeliveryId(pending->front().front()));
    receipt.set_recipient_id(recipient_id);
    receipt.set_kind(kind);
    ASSERT_OK(deliveries_->RecordReceipts({receipt}, absl::Now(), Soon()));
  }
};

TEST_F(InstructionRpcTest, EveryMethodHasItsValidator) {
  // What an empty request lacks.
  const auto expect = [](const absl::Status& status, const std::string& field) {
    EXPECT_EQ(status.code(), kInvalid) << field;
    EXPECT_THAT(errors::ViolationsOf(status),
                ::testing::Contains(HasSubstr(field + ": ")));
  };
  expect(As("desk", &Stub::CreateInstruction, {}).status(), "title");
  expect(As("desk", &Stub::ReleaseInstruction, {}).status(), "request_id");
  expect(As("desk", &Stub::CancelInstruction, {}).status(), "reason");
  expect(As("desk", &Stub::ImportCap, {}).status(), "xml");
  expect(As("desk", &Stub::GetInstruction, {}).status(), "instruction_id");
  expect(As("desk", &Stub::PreviewAudience, {}).status(),
         "audience.subtree_grid_id");
  expect(As("desk", &Stub::ListUnreached, {}).status(), "instruction_id");
  expect(As("desk", &Stub::ExportCap, {}).status(), "instruction_id");
  v1::ListInstructionsRequest list;
  list.set_page_token("x");
  expect(As("desk", &Stub::ListInstructions, list).status(), "page_token");
  grpc::ClientContext context;
  SpeakFor("desk", &context);
  const auto [counts, status] = ReadAll(stub_->WatchReach(&context, {}).get());
  EXPECT_TRUE(counts.empty());
  expect(status, "instruction_id");
}

TEST_F(InstructionRpcTest, WhatIsUnknownIsNotFound) {
  const auto expect = [](const absl::Status& status, const std::string& what) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "nowhere"));
    EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_NOT_FOUND);
    EXPECT_EQ(errors::MetadataOf(status, "resource"), what);
  };
  const std::string id = "nowhere";
  expect(Release(id, "desk").status(), "instruction");
  expect(Cancel(id).status(), "instruction");
  expect(As("desk", &Stub::GetInstruction, Of<v1::GetInstructionRequest>(id))
             .status(),
         "instruction");
  expect(As("desk", &Stub::ListUnreached, Of<v1::ListUnreachedRequest>(id))
             .status(),
         "instruction");
  expect(As("desk", &Stub::ExportCap, Of<v1::ExportCapRequest>(id)).status(),
         "instruction");
  expect(As("desk", &Stub::CreateInstruction, Make(id)).status(), "grid");
  auto update = Make("s");
  update.set_replaces_instruction_id(id);
  expect(As("desk", &Stub::CreateInstruction, update).status(), "instruction");
  v1::PreviewAudienceRequest preview;
  preview.mutable_audience()->set_subtree_grid_id(id);
  expect(As("desk", &Stub::PreviewAudience, preview).status(), "grid");
  auto unreached =
      Of<v1::ListUnreachedRequest>(Create(Make("s")).instruction_id());
  unreached.set_grid_id(id);
  expect(As("desk", &Stub::ListUnreached, unreached).status(), "grid");
  grpc::ClientContext context;
  SpeakFor("desk", &context);
  expect(
      ReadAll(stub_->WatchReach(&context, Of<v1::WatchReachRequest>(id)).get())
          .second,
      "instruction");
}

TEST_F(InstructionRpcTest, WhoMayNotIsTold) {
  // The clerk is in no operation centre; the street's does not serve the
  // district.
  auto denied = As("clerk", &Stub::CreateInstruction, Make("s")).status();
  EXPECT_EQ(errors::ReasonOf(denied), common::v1::ERROR_REASON_NOT_YOURS);
  EXPECT_EQ(errors::MetadataOf(denied, "identity"), "officer/clerk");
  const std::string waiting = CreateWaiting().instruction_id();
  denied = Release(waiting, "desk").status();
  EXPECT_EQ(errors::ReasonOf(denied), common::v1::ERROR_REASON_NOT_YOURS);
  EXPECT_EQ(errors::MetadataOf(denied, "id"), "d");
  // The policy has no rule for sources.
  const auto source = v1::CommandService::NewStub(host_->Channel("source-110"));
  EXPECT_EQ(rpc::Invoke(&Stub::GetInstruction, *source,
                        Of<v1::GetInstructionRequest>(waiting), Soon())
                .status()
                .code(),
            kDenied);
}

TEST_F(InstructionRpcTest, WhatTheStateForbidsIsTold) {
  const std::string waiting = CreateWaiting().instruction_id();
  const auto own = Release(waiting, "mayor").status();
  EXPECT_THAT(own, StatusIs(kWrongState, "another"));
  ASSERT_OK(Release(waiting, "deputy"));
  const auto again = Release(waiting, "chief").status();
  EXPECT_EQ(errors::ReasonOf(again), common::v1::ERROR_REASON_WRONG_STATE);
  EXPECT_EQ(errors::MetadataOf(again, "state"), "INSTRUCTION_STATE_RELEASED");
  auto r = Make("s");
  Create(r);
  r.set_text("y");
  EXPECT_EQ(errors::ReasonOf(As("desk", &Stub::CreateInstruction, r).status()),
            common::v1::ERROR_REASON_REQUEST_ID_REUSED);
}

TEST_F(InstructionRpcTest, InstructionsComeInPagesTheLatestFirst) {
  std::vector<std::string> made;
  for (int i = 0; i < 5; ++i) {
    made.push_back(Create(Make("s")).instruction_id());
  }
  ASSERT_OK(Cancel(made[0]));
  v1::ListInstructionsRequest r;
  r.add_states(v1::INSTRUCTION_STATE_RELEASED);
  r.set_page_size(2);
  std::vector<std::string> listed;
  std::vector<int> sizes;
  do {
    const auto page = As("desk", &Stub::ListInstructions, r);
    ASSERT_OK(page);
    sizes.push_back(page->instructions_size());
    for (const auto& i : page->instructions()) {
      if (i.type() == v1::INSTRUCTION_TYPE_ALERT) {
        listed.push_back(i.instruction_id());
      }
    }
    r.set_page_token(page->next_page_token());
  } while (!r.page_token().empty() && sizes.size() < 10);
  // Four are in force, and the cancel of the fifth.
  EXPECT_THAT(sizes, ElementsAre(2, 2, 1));
  EXPECT_THAT(listed, ElementsAre(made[4], made[3], made[2], made[1]));
  const auto all = As("desk", &Stub::ListInstructions, {});
  ASSERT_OK(all);
  EXPECT_EQ(all->instructions_size(), 6);
  EXPECT_EQ(all->next_page_token(), "");
}

TEST_F(InstructionRpcTest, TheUnreachedComeInPagesInOrderOfTheirIds) {
  auto r = Of<v1::ListUnreachedRequest>(Create(Make("s")).instruction_id());
  Receive("one", v1::RECEIPT_KIND_DELIVERED);
  r.set_page_size(3);
  auto page = As("desk", &Stub::ListUnreached, r);
  ASSERT_OK(page);
  std::vector<std::string> ids;
  for (const auto& one : page->recipients()) ids.push_back(one.recipient_id());
  EXPECT_THAT(ids, ElementsAre("leader", "police", "two"));
  EXPECT_EQ(page->recipients(2).name(), "二号");
  r.set_page_token(page->next_page_token());
  page = As("desk", &Stub::ListUnreached, r);
  ASSERT_OK(page);
  ASSERT_EQ(page->recipients_size(), 1);
  EXPECT_EQ(page->recipients(0).recipient_id(), "worker");
  EXPECT_EQ(page->next_page_token(), "");
}

TEST_F(InstructionRpcTest, AReachIsStreamedWhenItGrowsAndEndsWithTheLast) {
  const std::string id = Create(Make("s")).instruction_id();
  auto r = Of<v1::WatchReachRequest>(id);
  r.set_level(common::v1::GRID_LEVEL_COMMUNITY);
  grpc::ClientContext context;
  SpeakFor("desk", &context);
  const auto stream = stub_->WatchReach(&context, r);
  v1::Reach reach;
  ASSERT_TRUE(stream->Read(&reach));
  EXPECT_EQ(reach.audience_count(), 5);
  EXPECT_EQ(reach.delivered_count(), 0);
  ASSERT_EQ(reach.grids_size(), 2);
  EXPECT_EQ(reach.grids(1).name(), "k name");
  Receive("one", v1::RECEIPT_KIND_DELIVERED);
  ASSERT_TRUE(stream->Read(&reach));
  EXPECT_EQ(reach.delivered_count(), 1);
  ASSERT_OK(Cancel(id));
  const auto [rest, status] = ReadAll(stream.get());
  EXPECT_OK(status);
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].state(), v1::INSTRUCTION_STATE_CANCELLED);
  EXPECT_EQ(rest[0].delivered_count(), 1);
}

TEST_F(InstructionRpcTest, OfWhatWasNotReleasedThereIsNoReach) {
  auto r = Of<v1::WatchReachRequest>(CreateWaiting().instruction_id());
  grpc::ClientContext context;
  SpeakFor("desk", &context);
  const auto [counts, status] = ReadAll(stub_->WatchReach(&context, r).get());
  EXPECT_TRUE(counts.empty());
  EXPECT_THAT(status, StatusIs(kWrongState, "not released"));
}

TEST_F(InstructionRpcTest, AStreamOfTheReachEndsWhenTheServiceStops) {
  auto r = Of<v1::WatchReachRequest>(Create(Make("s")).instruction_id());
  grpc::ClientContext context;
  SpeakFor("desk", &context);
  const auto stream = stub_->WatchReach(&context, r);
  v1::Reach reach;
  ASSERT_TRUE(stream->Read(&reach));
  host_->host().Stop(absl::Seconds(30));
  const auto [counts, status] = ReadAll(stream.get());
  EXPECT_TRUE(counts.empty());
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(errors::ReasonOf(status), errors::ReasonOf(rpc::NotServing()));
}

}  // namespace
}  // namespace wangge::command
