// The life of instructions, with their tables in a real database.
#include <thread>

#include "absl/strings/str_replace.h"
#include "services/command/instructions_fixture.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST_F(InstructionsTest, OnePersonReleasesForAStreetTwoForADistrict) {
  const auto street = Released(Make("s"));
  EXPECT_EQ(street.reach().audience_count(), 5);
  EXPECT_EQ(street.city_version(), 7);
  EXPECT_THAT(Pending("one"), ElementsAre("t"));

  const auto district = Create(Make("d"), "mayor");
  ASSERT_OK(district);
  EXPECT_EQ(district->state(), v1::INSTRUCTION_STATE_PENDING_RELEASE);
  EXPECT_THAT(Pending("one"), ElementsAre("t"));
  EXPECT_THAT(Release(district->instruction_id(), "mayor"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "another"));
  EXPECT_THAT(Release(district->instruction_id(), "desk"),
              StatusIs(absl::StatusCode::kPermissionDenied, "desk"));
  EXPECT_OK(Release(district->instruction_id(), "deputy"));
  EXPECT_THAT(Release(district->instruction_id(), "chief"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "released"));
  EXPECT_THAT(Pending("one"), ElementsAre("t", "t"));
}

TEST_F(InstructionsTest, ARepeatFindsWhatItDidAndAnotherBodyIsRefused) {
  auto r = Make("s");
  const auto first = Released(r);
  EXPECT_EQ(Released(r).instruction_id(), first.instruction_id());
  EXPECT_THAT(Pending("one"), ElementsAre("t"));
  r.set_text("y");
  EXPECT_THAT(Create(r, "desk"),
              StatusIs(absl::StatusCode::kInvalidArgument, r.request_id()));
}

TEST_F(InstructionsTest, OfManyWhoReleaseAtTheSameTimeOneDoes) {
  const auto district = Create(Make("d"), "mayor");
  ASSERT_OK(district);
  std::atomic<int> released = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      if (Release(district->instruction_id(), i % 2 == 0 ? "deputy" : "chief")
              .ok()) {
        ++released;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(released, 1);
  EXPECT_THAT(Pending("one"), ElementsAre("t"));
}

TEST_F(InstructionsTest, ADraftGoesToAnotherPersonThroughItsAuthor) {
  auto r = Make("d");
  r.set_draft(true);
  const auto draft = Create(r, "mayor");
  ASSERT_OK(draft);
  EXPECT_EQ(draft->state(), v1::INSTRUCTION_STATE_DRAFT);
  EXPECT_THAT(Release(draft->instruction_id(), "deputy"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "draft"));
  EXPECT_EQ(Release(draft->instruction_id(), "mayor")->state(),
            v1::INSTRUCTION_STATE_PENDING_RELEASE);
  EXPECT_EQ(Release(draft->instruction_id(), "deputy")->state(),
            v1::INSTRUCTION_STATE_RELEASED);
}

TEST_F(InstructionsTest, AnUpdateReplacesAndTellsThoseItLeavesOut) {
  const auto old = Released(Make("s"));
  auto r = Make("p");
  r.set_title("neu");
  r.set_replaces_instruction_id(old.instruction_id());
  const auto update = Released(r);
  EXPECT_EQ(update.type(), v1::INSTRUCTION_TYPE_UPDATE);
  EXPECT_EQ(StateOf(old.instruction_id()), v1::INSTRUCTION_STATE_SUPERSEDED);
  EXPECT_EQ(Get(old.instruction_id()).ended_by(), update.instruction_id());
  EXPECT_THAT(Pending("one"), ElementsAre("neu"));
  EXPECT_THAT(Pending("leader"), ElementsAre("取消：t"));
  EXPECT_THAT(Create(r, "desk")->instruction_id(), update.instruction_id());
  r.set_request_id(NewUuid());
  EXPECT_THAT(Create(r, "desk"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
}

TEST_F(InstructionsTest, TheTwoPersonRuleIsNotGotRoundByAnUpdateOrACancel) {
  const auto large = Create(Make("d"), "mayor");
  ASSERT_OK(Release(large->instruction_id(), "deputy"));
  auto r = Make("s");
  r.set_replaces_instruction_id(large->instruction_id());
  // Who does not serve the district cannot replace what is for it.
  EXPECT_THAT(Create(r, "desk"),
              StatusIs(absl::StatusCode::kPermissionDenied, "desk"));
  const auto update = Create(r, "mayor");
  ASSERT_OK(update);
  EXPECT_EQ(update->state(), v1::INSTRUCTION_STATE_PENDING_RELEASE);
  EXPECT_THAT(Release(update->instruction_id(), "mayor"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "another"));
  const auto cancel = Cancel(large->instruction_id(), "mayor");
  ASSERT_OK(cancel);
  EXPECT_EQ(cancel->state(), v1::INSTRUCTION_STATE_PENDING_RELEASE);
  EXPECT_EQ(StateOf(large->instruction_id()), v1::INSTRUCTION_STATE_RELEASED);
  EXPECT_THAT(Release(cancel->instruction_id(), "mayor"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "another"));
  ASSERT_OK(Release(cancel->instruction_id(), "chief"));
  EXPECT_EQ(StateOf(large->instruction_id()), v1::INSTRUCTION_STATE_CANCELLED);
  EXPECT_THAT(Release(update->instruction_id(), "deputy"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
}

TEST_F(InstructionsTest, AnExerciseNeverBecomesActual) {
  auto r = Make("s");
  r.set_mode(v1::INSTRUCTION_MODE_EXERCISE);
  const auto drill = Released(r);
  EXPECT_THAT(Pending("one"), ElementsAre("【演练】t"));
  auto actual = Make("s");
  actual.set_replaces_instruction_id(drill.instruction_id());
  EXPECT_THAT(Create(actual, "desk"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "mode"));
}

TEST_F(InstructionsTest, ACancelStopsItForThoseAwayAndTellsTheOthers) {
  const auto released = Released(Make("s"));
  Receive("one", v1::RECEIPT_KIND_DELIVERED);
  const auto cancel = Cancel(released.instruction_id(), "desk");
  ASSERT_OK(cancel);
  EXPECT_EQ(cancel->state(), v1::INSTRUCTION_STATE_RELEASED);
  EXPECT_EQ(cancel->reach().audience_count(), 5);
  EXPECT_EQ(StateOf(released.instruction_id()),
            v1::INSTRUCTION_STATE_CANCELLED);
  EXPECT_THAT(Pending("one"), ElementsAre("取消：t"));
  EXPECT_THAT(Pending("two"), ElementsAre("取消：t"));
  EXPECT_THAT(Cancel(released.instruction_id(), "desk"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
  EXPECT_THAT(Cancel(cancel->instruction_id(), "desk"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
  // Silence about it is nobody's business any more.
  clock_.Advance(absl::Minutes(3));
  FireAll();
  EXPECT_THAT(Pending("one", v1::CHANNEL_SECOND), IsEmpty());
}

TEST_F(InstructionsTest, WhatWasNotReleasedIsCancelledAtOnce) {
  const auto waiting = Create(Make("d"), "mayor");
  EXPECT_EQ(Cancel(waiting->instruction_id(), "mayor")->state(),
            v1::INSTRUCTION_STATE_CANCELLED);
  EXPECT_THAT(Release(waiting->instruction_id(), "deputy"),
              StatusIs(absl::StatusCode::kFailedPrecondition, "over"));
  EXPECT_THAT(Pending("one"), IsEmpty());
}

TEST_F(InstructionsTest, ExpiredThingsDoNotCome) {
  const auto released = Released(Make("s"));
  clock_.Advance(absl::Hours(4));
  EXPECT_THAT(Pending("one"), IsEmpty());
  FireAll();
  EXPECT_EQ(StateOf(released.instruction_id()), v1::INSTRUCTION_STATE_EXPIRED);
  const auto unreached = store_->ListUnreached(
      *store_->Get(released.instruction_id(), Soon()), {"", "", 1}, Soon());
  ASSERT_OK(unreached);
  ASSERT_EQ(unreached->size(), 1U);
  EXPECT_EQ(unreached->front().cause(), v1::UNREACHED_CAUSE_OVER);
}

// A phone that had it may have been out of reach since.
TEST_F(InstructionsTest, AReceiptOfWhatHasExpiredIsAFactButNotInTime) {
  const std::string id = Released(Make("s")).instruction_id();
  const auto numbers = PendingNumbers("one", v1::CHANNEL_PUSH);
  clock_.Advance(absl::Hours(4));
  FireAll();
  Receive(numbers, "one", v1::RECEIPT_KIND_READ);
  const auto reach = store_->GetReach(
      *store_->Get(id, Soon()), common::v1::GRID_LEVEL_UNSPECIFIED, Soon());
  ASSERT_OK(reach);
  EXPECT_EQ(reach->read_count(), 1);
  EXPECT_EQ(reach->delivered_within_10s_count(), 0);
  EXPECT_EQ(reach->state(), v1::INSTRUCTION_STATE_EXPIRED);
}

TEST_F(InstructionsTest, TheReachIsCountedByPlaceAndSecond) {
  const std::string id = Released(Make("s")).instruction_id();
  const auto reach = [&](common::v1::GridLevel level) {
    return *store_->GetReach(*store_->Get(id, Soon()), level, Soon());
  };
  clock_.Advance(absl::Seconds(3));
  Receive("one", v1::RECEIPT_KIND_READ);
  Receive("police", v1::RECEIPT_KIND_UNREACHABLE);
  clock_.Advance(absl::Seconds(9));
  Receive("two", v1::RECEIPT_KIND_DONE);
  clock_.Advance(absl::Minutes(5));
  Receive("worker", v1::RECEIPT_KIND_DELIVERED);
  const v1::Reach r = reach(common::v1::GRID_LEVEL_COMMUNITY);
  EXPECT_EQ(r.audience_count(), 5);
  EXPECT_EQ(r.delivered_count(), 3);
  EXPECT_EQ(r.delivered_within_10s_count(), 1);
  EXPECT_EQ(r.read_count(), 2);
  EXPECT_EQ(r.acknowledged_count(), 1);
  EXPECT_EQ(r.done_count(), 1);
  EXPECT_EQ(r.unreachable_count(), 1);
  ASSERT_EQ(r.delivered_by_second_size(), 61);
  EXPECT_EQ(r.delivered_by_second(3), 1);
  EXPECT_EQ(r.delivered_by_second(12), 1);
  EXPECT_EQ(r.delivered_by_second(60), 1);
  ASSERT_EQ(r.grids_size(), 2);
  EXPECT_EQ(r.grids(0).grid_id(), "");  // The police post lies in no community.
  EXPECT_EQ(r.grids(0).audience_count(), 1);
  EXPECT_EQ(r.grids(1).grid_id(), "k");
  EXPECT_EQ(r.grids(1).delivered_count(), 3);
  EXPECT_EQ(reach(common::v1::GRID_LEVEL_STREET).grids_size(), 1);
}

// Regression: a receipt of before the release, by a clock that is behind, had
// a negative second.
TEST_F(InstructionsTest, AReceiptOfAClockThatIsBehindCountsInTheFirstSecond) {
  const std::string id = Released(Make("s")).instruction_id();
  clock_.Advance(-absl::Seconds(5));
  Receive("one", v1::RECEIPT_KIND_DELIVERED);
  const auto reach = store_->GetReach(
      *store_->Get(id, Soon()), common::v1::GRID_LEVEL_UNSPECIFIED, Soon());
  ASSERT_OK(reach);
  EXPECT_EQ(reach->delivered_by_second(0), 1);
}

TEST_F(InstructionsTest, TheUnreachedAreNamedWithTheCause) {
  const std::string id = Released(Make("s")).instruction_id();
  Receive("one", v1::RECEIPT_KIND_DELIVERED);
  Receive("two", v1::RECEIPT_KIND_UNREACHABLE);
  const StoredInstruction stored = *store_->Get(id, Soon());
  ASSERT_OK(deliveries_->RecordSent({stored.delivery_no, stored.delivery_no},
                                    {"one", "worker"},
                                    {clock_.Now(), clock_.Now()}, Soon()));
  const auto list = [&](const std::string& grid_id) {
    std::vector<std::string> lines;
    const auto unreached =
        store_->ListUnreached(stored, {grid_id, "", 100}, Soon());
    EXPECT_OK(unreached);
    for (const v1::Unreached& one : *unreached) {
      lines.push_back(one.recipient_id() + " " + one.grid_id() + " " +
                      v1::UnreachedCause_Name(one.cause()).substr(16) + " " +
                      one.reason());
    }
    return lines;
  };
  EXPECT_THAT(list(""),
              ElementsAre("leader k OFFLINE ", "police s OFFLINE ",
                          "two k UNREACHABLE 关机", "worker k NOT_CONFIRMED "));
  EXPECT_THAT(list("k"),
              ElementsAre("leader k OFFLINE ", "two k UNREACHABLE 关机",
                          "worker k NOT_CONFIRMED "));
  // A later receipt revokes that somebody is unreachable.
  Receive("two", v1::RECEIPT_KIND_DELIVERED);
  EXPECT_EQ(list("").size(), 3U);
}

TEST_F(InstructionsTest, SilenceGoesFromTheSecondChannelToTheNextLevels) {
  Released(Make("p"));  // one, two, worker
  Receive("worker", v1::RECEIPT_KIND_ACKNOWLEDGED);
  clock_.Advance(absl::Minutes(2));
  FireAll();
  EXPECT_THAT(Pending("one", v1::CHANNEL_SECOND), ElementsAre("t"));
  EXPECT_THAT(Pending("worker", v1::CHANNEL_SECOND), IsEmpty());
  // An answer on the second channel is an answer.
  Receive("two", v1::RECEIPT_KIND_ACKNOWLEDGED, v1::CHANNEL_SECOND);
  EXPECT_THAT(Pending("two"), IsEmpty());
  clock_.Advance(absl::Minutes(3));
  FireAll();
  EXPECT_THAT(Pending("clerk"), ElementsAre("【1人未签收】t"));
  clock_.Advance(absl::Minutes(5));
  FireAll();
  EXPECT_THAT(Pending("worker"), ElementsAre("【1人未签收】t"));
  // Who leads the silent one has taken over.
  Receive("worker", v1::RECEIPT_KIND_ACKNOWLEDGED);
  clock_.Advance(absl::Minutes(5));
  FireAll();
  EXPECT_THAT(Pending("desk"), IsEmpty());
  EXPECT_THAT(Pending("one"), ElementsAre("t"));
}

TEST_F(InstructionsTest, AnAnswerOnTheFirstChannelSilencesTheSecond) {
  Released(Make("m1"));
  clock_.Advance(absl::Minutes(2));
  FireAll();
  EXPECT_THAT(Pending("one", v1::CHANNEL_SECOND), ElementsAre("t"));
  Receive("one", v1::RECEIPT_KIND_ACKNOWLEDGED);
  EXPECT_THAT(Pending("one", v1::CHANNEL_SECOND), IsEmpty());
}

TEST_F(InstructionsTest, ManyProcessesFireEachTimerOnce) {
  Released(Make("s"));
  clock_.Advance(absl::Minutes(2));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) threads.emplace_back([this] { FireAll(); });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(Pending("one", v1::CHANNEL_SECOND), ElementsAre("t"));
}

// A regression: the oldest timer was tried again and again, and no other.
TEST_F(InstructionsTest, ATimerThatFailsHoldsUpNoneOfThoseBehindIt) {
  const std::string broken = Released(Make("s")).instruction_id();
  clock_.Advance(absl::Seconds(1));
  const std::string whole = Released(Make("s")).instruction_id();
  const db::Statement spoil{"spoil",
                            "UPDATE instruction SET body = '\\xff' WHERE "
                            "instruction_id = $1"};
  const auto pool = db::Pool::Open(
      {.dsn = database_->dsn(), .size = 1, .statements = {&spoil}});
  ASSERT_OK(pool);
  ASSERT_OK((*pool)->Query(spoil, {broken}, Soon()));
  clock_.Advance(absl::Hours(4));
  EXPECT_THAT(timers_->FireOne(*city_, clock_.Now()).status(),
              StatusIs(absl::StatusCode::kDataLoss, "cannot be read"));
  FireAll();
  EXPECT_EQ(StateOf(whole), v1::INSTRUCTION_STATE_EXPIRED);
  clock_.Advance(absl::Minutes(1));
  EXPECT_FALSE(timers_->FireOne(*city_, clock_.Now()).ok()) << "is tried again";
}

TEST_F(InstructionsTest, AMonthlyDrillRepeatsUntilItIsCancelled) {
  auto r = Make("s");
  r.set_mode(v1::INSTRUCTION_MODE_EXERCISE);
  r.set_monthly(true);
  Released(r);
  const auto all = [&] {
    return ListInstructions(*instructions_, As("desk"), {})->instructions();
  };
  clock_.Advance(absl::Hours(24 * 31 + 1));
  FireAll();
  ASSERT_EQ(all().size(), 2);
  EXPECT_EQ(all()[0].state(), v1::INSTRUCTION_STATE_RELEASED);
  EXPECT_EQ(all()[0].repeats_instruction_id(), all()[1].instruction_id());
  EXPECT_EQ(FromProto(all()[0].expire_time()), clock_.Now() + absl::Hours(3));
  EXPECT_EQ(all()[1].state(), v1::INSTRUCTION_STATE_EXPIRED);
  EXPECT_THAT(Pending("one"), ElementsAre("【演练】t"));
  clock_.Advance(absl::Hours(4));
  FireAll();
  ASSERT_OK(Cancel(all()[0].instruction_id(), "desk"));
  clock_.Advance(absl::Hours(24 * 40));
  FireAll();
  EXPECT_EQ(all().size(), 2);
}

TEST_F(InstructionsTest, AnAlertIsImportedOnce) {
  const std::string xml = absl::StrReplaceAll(
      R"(<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>R-1</identifier><sender>a@b</sender>
<sent>2026-09-01T08:00:00+08:00</sent><status>Actual</status>
<msgType>Alert</msgType><scope>Public</scope><info><category>Met</category>
<event>暴雨</event><urgency>Immediate</urgency><severity>Severe</severity>
<certainty>Observed</certainty><expires>EXPIRES</expires>
<description>x</description><area><areaDesc>s</areaDesc><geocode>
<valueName>wangge:grid</valueName><value>s</value></geocode></area></info>
</alert>)",
      {{"EXPIRES",
        absl::FormatTime("%Y-%m-%dT%H:%M:%S%Ez", clock_.Now() + absl::Hours(1),
                         CityTimeZone())}});
  v1::ImportCapRequest r;
  r.set_request_id(NewUuid());
  r.set_xml(xml);
  const auto imported = ImportCap(*instructions_, As("desk"), r);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->state(), v1::INSTRUCTION_STATE_RELEASED);
  EXPECT_EQ(ImportCap(*instructions_, As("desk"), r)->instruction_id(),
            imported->instruction_id());
  r.set_request_id(NewUuid());
  EXPECT_THAT(
      ImportCap(*instructions_, As("desk"), r),
      StatusIs(absl::StatusCode::kAlreadyExists, imported->instruction_id()));
  // A cancel by the alert's own name.
  r.set_xml(absl::StrReplaceAll(
      xml, {{"<msgType>Alert<", "<msgType>Cancel<"},
            {">R-1<", ">R-2<"},
            {"<scope>Public</scope>",
             "<scope>Public</scope><note>误报</note>"
             "<references>a@b,R-1,2026-09-01T08:00:00+08:00</references>"}}));
  r.set_request_id(NewUuid());
  ASSERT_OK(ImportCap(*instructions_, As("desk"), r));
  EXPECT_EQ(ImportCap(*instructions_, As("desk"), r)->type(),
            v1::INSTRUCTION_TYPE_CANCEL);
  EXPECT_EQ(StateOf(imported->instruction_id()),
            v1::INSTRUCTION_STATE_CANCELLED);
}

}  // namespace
}  // namespace wangge::command
