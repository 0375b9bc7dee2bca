// Changing cases of which an older version was seen last.
#include <future>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cases/change/engine.h"
#include "services/cases/test_rooms.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

class ChangeTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    replica_ = std::make_unique<Rooms>(pool_.get(), &keys_);
    const auto admitted = Admit({Admission("a")});  // The engine saw version 3.
    ASSERT_OK(admitted);
    case_no_ = admitted->results(0).case_no();
    ASSERT_EQ(rooms_->recent.Find(case_no_)->version(), 3);
  }

  static RequestKey Key(const std::string& etag = "") {
    return {"officer/u1", NewUuid(), "digest", etag};
  }
  // As another replica of the service does.
  void AcceptElsewhere() {
    const auto accepted = RoomsTest::RunChange(
        case_no_, Key(), DecideAs("u1", v1::AcceptAssignmentRequest()), nullptr,
        replica_.get());
    ASSERT_OK(accepted);
    ASSERT_EQ(accepted->snapshot.version(), 4);
  }
  static v1::SubmitResultRequest Resolved() {
    v1::SubmitResultRequest request;
    request.set_outcome(v1::OUTCOME_RESOLVED);
    request.set_text("done");
    return request;
  }
  absl::StatusOr<Outcome> RunOnCase(const RequestKey& key,
                                    const CaseDecider& decide) {
    return RoomsTest::RunChange(case_no_, key, decide);
  }

  std::unique_ptr<Rooms> replica_;
  std::string case_no_;
};

TEST_F(ChangeTest, WhatOnlyTheOldVersionForbidsIsDone) {
  AcceptElsewhere();
  const auto changed = RunOnCase(Key(), DecideAs("u1", Resolved()));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->snapshot.state(), v1::CASE_STATE_HANDLED);
}

TEST_F(ChangeTest, WhatOnlyTheOldVersionAllowsIsRefused) {
  AcceptElsewhere();
  EXPECT_THAT(RunOnCase(Key(), DecideAs("u1", v1::AcceptAssignmentRequest())),
              StatusIs(absl::StatusCode::kPermissionDenied, "assignment"));
}

TEST_F(ChangeTest, AnEtagIsComparedWithTheNewestVersion) {
  AcceptElsewhere();
  EXPECT_THAT(RunOnCase(Key("\"3\""), DecideAs("u1", Resolved())),
              StatusIs(absl::StatusCode::kAborted, "\"4\""));
  EXPECT_OK(RunOnCase(Key("\"4\""), DecideAs("u1", Resolved())));
}

// The case allows it twice; only the request tells that it is one.
TEST_F(ChangeTest, ARepeatOfWhatCanBeRepeatedChangesNothing) {
  const RequestKey key = Key();
  const auto urge = [](const Case& c) -> absl::StatusOr<Events> {
    CaseEvent event;
    event.set_case_no(c.case_no());
    event.set_sequence(c.version() + 1);
    event.set_previous_hash(c.chain_hash());
    event.mutable_urged()->set_kind("person");
    return Events{event};
  };
  const auto first = RunOnCase(key, urge);
  ASSERT_OK(first);
  EXPECT_TRUE(first->changed);
  const auto again = RunOnCase(key, urge);
  ASSERT_OK(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->snapshot.version(), first->snapshot.version());
  RequestKey other = key;
  other.digest = "another";
  EXPECT_THAT(RunOnCase(other, urge),
              StatusIs(absl::StatusCode::kInvalidArgument, "another body"));
}

TEST_F(ChangeTest, AFaultOfADecisionIsItsCallersAlone) {
  EXPECT_THAT(RunOnCase(Key(),
                        [](const Case&) -> absl::StatusOr<Events> {
                          throw std::runtime_error("broken");
                        }),
              StatusIs(absl::StatusCode::kInternal, ""));
  EXPECT_OK(RunOnCase(Key(), DecideAs("u1", v1::AcceptAssignmentRequest())));
}

TEST_F(ChangeTest, WhatIsPastItsDeadlineIsNotDone) {
  Command command =
      CommandOf(case_no_, Key(), DecideAs("u1", v1::AcceptAssignmentRequest()),
                absl::Now() - absl::Seconds(1));
  EXPECT_THAT(exec::Wait(rooms_->engine.Run(std::move(command))),
              StatusIs(absl::StatusCode::kDeadlineExceeded, ""));
  EXPECT_EQ(Load(case_no_)->version(), 3);
}

// A decision that wants a plan gets that of the matter it named.
TEST_F(ChangeTest, AMatterIsRoutedBeforeTheDecision) {
  Command command = CommandOf(case_no_, Key(), nullptr, Soon());
  command.matter = [](const Case& c) -> std::optional<Matter> {
    EXPECT_EQ(c.version(), 3);
    return Matter();
  };
  bool had_plan = false;
  command.decide =
      [&](const std::vector<Case>& cases,
          const RoutePlan* plan) -> absl::StatusOr<std::vector<Events>> {
    had_plan = plan != nullptr;
    auto events = DecideAs("u1", v1::AcceptAssignmentRequest())(cases[0]);
    if (!events.ok()) return events.status();
    return std::vector<Events>{*std::move(events)};
  };
  ASSERT_OK(exec::Wait(rooms_->engine.Run(std::move(command))));
  EXPECT_TRUE(had_plan);
}

}  // namespace
}  // namespace wangge::cases
