// Changing cases of which an older version was seen last.
#include <future>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/cases/change/change.h"
#include "services/cases/store_fixture.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

class ChangeTest : public StoreTest {
 protected:
  void SetUp() override {
    StoreTest::SetUp();
    replica_ = std::make_unique<Store>(pool_.get());
    const auto admitted = Admit({Admission("a")});  // The store saw version 3.
    ASSERT_OK(admitted);
    case_no_ = admitted->results(0).case_no();
    ASSERT_EQ(store_->recent().Find(case_no_)->version(), 3);
  }

  template <typename Request>
  CaseDecider Decides(const std::string& officer, const Request& request) {
    return [=, this](const Case& c) {
      return Decide(c, request,
                    {*city_,
                     {"officer/" + officer, "", city_->FindOfficer(officer)},
                     absl::Now(),
                     nullptr});
    };
  }
  static RequestKey Key(const std::string& etag = "") {
    return {"officer/u1", NewUuid(), "digest", etag};
  }
  // As another replica of the service does.
  void AcceptElsewhere() {
    const auto accepted = ChangeCase(
        case_no_, Key(), Decides("u1", v1::AcceptAssignmentRequest()), nullptr,
        Soon(), replica_.get());
    ASSERT_OK(accepted);
    ASSERT_EQ(accepted->folded.version(), 4);
  }
  static v1::SubmitResultRequest Resolved() {
    v1::SubmitResultRequest request;
    request.set_outcome(v1::OUTCOME_RESOLVED);
    request.set_text("done");
    return request;
  }
  absl::StatusOr<Changed> Change(const RequestKey& key,
                                 const CaseDecider& decide) {
    return ChangeCase(case_no_, key, decide, nullptr, Soon(), store_.get());
  }

  std::unique_ptr<Store> replica_;
  std::string case_no_;
};

TEST_F(ChangeTest, WhatOnlyTheOldVersionForbidsIsDone) {
  AcceptElsewhere();
  const auto changed = Change(Key(), Decides("u1", Resolved()));
  ASSERT_OK(changed);
  EXPECT_EQ(changed->folded.state(), v1::CASE_STATE_HANDLED);
}

TEST_F(ChangeTest, WhatOnlyTheOldVersionAllowsIsRefused) {
  AcceptElsewhere();
  EXPECT_THAT(Change(Key(), Decides("u1", v1::AcceptAssignmentRequest())),
              StatusIs(absl::StatusCode::kPermissionDenied, "assignment"));
}

TEST_F(ChangeTest, AnEtagIsComparedWithTheNewestVersion) {
  AcceptElsewhere();
  EXPECT_THAT(Change(Key("\"3\""), Decides("u1", Resolved())),
              StatusIs(absl::StatusCode::kAborted, "\"4\""));
  EXPECT_OK(Change(Key("\"4\""), Decides("u1", Resolved())));
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
  const auto first = Change(key, urge);
  ASSERT_OK(first);
  EXPECT_TRUE(first->changed);
  const auto again = Change(key, urge);
  ASSERT_OK(again);
  EXPECT_FALSE(again->changed);
  EXPECT_EQ(again->folded.version(), first->folded.version());
  RequestKey other = key;
  other.digest = "another";
  EXPECT_THAT(Change(other, urge),
              StatusIs(absl::StatusCode::kInvalidArgument, "another body"));
}

TEST_F(ChangeTest, AChangeThatNobodyWaitsForAnswersLater) {
  std::promise<absl::StatusOr<Changed>> answer;
  ChangeCaseLater(case_no_, Key(), Decides("u1", v1::AcceptAssignmentRequest()),
                  store_.get(), [&](absl::StatusOr<Changed> changed) {
                    answer.set_value(std::move(changed));
                  });
  const auto changed = answer.get_future().get();
  ASSERT_OK(changed);
  EXPECT_TRUE(changed->changed);
  EXPECT_EQ(changed->folded.state(), v1::CASE_STATE_IN_PROGRESS);
}

TEST_F(ChangeTest, AFaultOfADecisionIsItsCallersAlone) {
  std::promise<absl::Status> fault;
  ChangeCaseLater(
      case_no_, Key(),
      [](const Case&) -> absl::StatusOr<Events> {
        throw std::runtime_error("broken");
      },
      store_.get(),
      [&](const absl::StatusOr<Changed>& changed) {
        fault.set_value(changed.status());
      });
  EXPECT_THAT(fault.get_future().get(),
              StatusIs(absl::StatusCode::kInternal, ""));
  EXPECT_OK(Change(Key(), Decides("u1", v1::AcceptAssignmentRequest())));
}

}  // namespace
}  // namespace wangge::cases
