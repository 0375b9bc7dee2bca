#include "services/command/domain/instruction.h"

#include "base/clock.h"
#include "gmock/gmock.h"
#include "services/command/domain/timer.h"
#include "services/command/test_city.h"

namespace wangge::command {
namespace {

const absl::Time kRelease = absl::FromUnixSeconds(1'790'000'000);

v1::Instruction Make(v1::InstructionState state, const std::string& grid_id) {
  v1::Instruction i;
  i.set_instruction_id("i");
  i.set_state(state);
  i.set_author("mayor");
  i.set_title("t");
  i.set_mode(v1::INSTRUCTION_MODE_ACTUAL);
  i.mutable_audience()->set_subtree_grid_id(grid_id);
  *i.mutable_expire_time() = ToProto(kRelease + absl::Hours(4));
  if (state == v1::INSTRUCTION_STATE_RELEASED) {
    *i.mutable_release_time() = ToProto(kRelease);
  }
  return i;
}

TEST(InstructionTest, WhoMayReleaseWhat) {
  constexpr auto kDraft = v1::INSTRUCTION_STATE_DRAFT;
  constexpr auto kPending = v1::INSTRUCTION_STATE_PENDING_RELEASE;
  const struct {
    v1::InstructionState state;
    bool second;
    const char* who;
    const char* outcome;  // `release`, `submit`, or a part of the refusal.
  } rows[] = {
      {kPending, true, "deputy", "release"},
      {kPending, true, "mayor", "another person"},
      {kPending, false, "mayor", "release"},
      {kPending, false, "deputy", "release"},
      {kDraft, true, "mayor", "submit"},
      {kDraft, true, "deputy", "draft of its author"},
      {kDraft, false, "mayor", "release"},
      {kDraft, false, "deputy", "draft of its author"},
      {v1::INSTRUCTION_STATE_RELEASED, true, "deputy", "was released"},
      {v1::INSTRUCTION_STATE_CANCELLED, true, "deputy", "is over"},
      {v1::INSTRUCTION_STATE_SUPERSEDED, false, "deputy", "is over"},
      {v1::INSTRUCTION_STATE_EXPIRED, false, "deputy", "is over"},
  };
  for (const auto& row : rows) {
    const auto step =
        DecideRelease(Make(row.state, "c"), row.second, row.who, kRelease);
    const std::string got = !step.ok() ? std::string(step.status().message())
                            : *step == ReleaseStep::kSubmit ? "submit"
                                                            : "release";
    EXPECT_THAT(got, ::testing::HasSubstr(row.outcome))
        << v1::InstructionState_Name(row.state) << " " << row.who;
  }
  EXPECT_THAT(DecideRelease(Make(kPending, "c"), false, "mayor",
                            kRelease + absl::Hours(5)),
              StatusIs(absl::StatusCode::kFailedPrecondition, "expired"));
}

TEST(InstructionTest, ASmallUpdateOfALargeOneNeedsTwoPersons) {
  const auto city = TestCity();
  const auto small = Make(v1::INSTRUCTION_STATE_PENDING_RELEASE, "s");
  const auto large = Make(v1::INSTRUCTION_STATE_RELEASED, "d");
  EXPECT_FALSE(NeedsSecondPerson(small, nullptr, *city));
  EXPECT_FALSE(NeedsSecondPerson(small, &small, *city));
  EXPECT_TRUE(NeedsSecondPerson(small, &large, *city));
  EXPECT_TRUE(NeedsSecondPerson(large, &small, *city));
}

TEST(InstructionTest, OnlyWhatIsInForceAndOfTheSameModeIsReplaced) {
  const auto released = Make(v1::INSTRUCTION_STATE_RELEASED, "s");
  auto update = Make(v1::INSTRUCTION_STATE_PENDING_RELEASE, "s");
  EXPECT_OK(CheckReference(update, released));
  update.set_mode(v1::INSTRUCTION_MODE_EXERCISE);
  EXPECT_THAT(CheckReference(update, released),
              StatusIs(absl::StatusCode::kFailedPrecondition, "another mode"));
  for (const auto state :
       {v1::INSTRUCTION_STATE_DRAFT, v1::INSTRUCTION_STATE_PENDING_RELEASE,
        v1::INSTRUCTION_STATE_EXPIRED, v1::INSTRUCTION_STATE_SUPERSEDED,
        v1::INSTRUCTION_STATE_CANCELLED}) {
    EXPECT_THAT(CheckReference(update, Make(state, "s")),
                StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
  }
  auto cancel = released;
  cancel.set_type(v1::INSTRUCTION_TYPE_CANCEL);
  EXPECT_THAT(CheckReference(update, cancel),
              StatusIs(absl::StatusCode::kFailedPrecondition, "in force"));
}

TEST(InstructionTest, ADrillCannotBeMistaken) {
  auto drill = Make(v1::INSTRUCTION_STATE_RELEASED, "s");
  EXPECT_EQ(DeliveryOf(drill).title(), "t");
  drill.set_mode(v1::INSTRUCTION_MODE_EXERCISE);
  EXPECT_EQ(DeliveryOf(drill).title(), "【演练】t");
  EXPECT_EQ(NoticeOf(drill, kRelease).title(), "【演练】取消：t");
  drill.set_mode(v1::INSTRUCTION_MODE_TEST);
  EXPECT_EQ(DeliveryOf(drill).title(), "【测试】t");
}

TEST(TimerTest, TimeBringsOneThingAfterTheOther) {
  StoredInstruction stored{Make(v1::INSTRUCTION_STATE_RELEASED, "s"), 1, false,
                           ""};
  v1::Instruction& i = stored.instruction;
  const auto next = [&] { return NextTimer(stored); };
  ASSERT_TRUE(next());
  EXPECT_EQ(next()->action, TimerAction::kMeasureReach);
  EXPECT_EQ(next()->time, kRelease + absl::Seconds(13));
  stored.reach_measured = true;
  for (const int minutes : {2, 5, 10, 15, 20, 25}) {
    ASSERT_EQ(next()->action, TimerAction::kEscalate);
    EXPECT_EQ(next()->time, kRelease + absl::Minutes(minutes));
    i.set_escalation_stage(i.escalation_stage() + 1);
  }
  EXPECT_EQ(next()->action, TimerAction::kExpire);
  EXPECT_EQ(next()->time, kRelease + absl::Hours(4));
  i.set_state(v1::INSTRUCTION_STATE_EXPIRED);
  EXPECT_FALSE(next());
}

TEST(TimerTest, SilenceIsNotEscalatedWhereNobodyMustAnswer) {
  StoredInstruction stored{Make(v1::INSTRUCTION_STATE_RELEASED, "s"), 1, true,
                           ""};
  stored.instruction.set_acknowledgement_optional(true);
  EXPECT_EQ(NextTimer(stored)->action, TimerAction::kExpire);
  stored.instruction.set_acknowledgement_optional(false);
  stored.instruction.set_mode(v1::INSTRUCTION_MODE_TEST);
  EXPECT_EQ(NextTimer(stored)->action, TimerAction::kExpire);
}

TEST(TimerTest, WhatWaitsForItsReleaseExpiresToo) {
  const StoredInstruction stored{
      Make(v1::INSTRUCTION_STATE_PENDING_RELEASE, "s"), 0, false, ""};
  EXPECT_EQ(NextTimer(stored)->action, TimerAction::kExpire);
}

TEST(TimerTest, AMonthlyDrillComesAgainOnTheSameDayOrTheLastOfTheMonth) {
  StoredInstruction stored{Make(v1::INSTRUCTION_STATE_EXPIRED, "s"), 1, true,
                           ""};
  stored.instruction.set_monthly(true);
  const struct {
    absl::CivilSecond released;
    absl::CivilSecond again;
  } rows[] = {
      {absl::CivilSecond(2026, 11, 26, 9, 30, 0),
       absl::CivilSecond(2026, 12, 26, 9, 30, 0)},
      {absl::CivilSecond(2026, 12, 31, 9, 30, 0),
       absl::CivilSecond(2027, 1, 31, 9, 30, 0)},
      {absl::CivilSecond(2027, 1, 31, 9, 30, 0),
       absl::CivilSecond(2027, 2, 28, 9, 30, 0)},
      {absl::CivilSecond(2028, 1, 30, 9, 30, 0),
       absl::CivilSecond(2028, 2, 29, 9, 30, 0)},
  };
  for (const auto& row : rows) {
    *stored.instruction.mutable_release_time() =
        ToProto(absl::FromCivil(row.released, CityTimeZone()));
    ASSERT_TRUE(NextTimer(stored));
    EXPECT_EQ(NextTimer(stored)->action, TimerAction::kRepeat);
    EXPECT_EQ(absl::ToCivilSecond(NextTimer(stored)->time, CityTimeZone()),
              row.again);
  }
  stored.successor_id = "next";
  EXPECT_FALSE(NextTimer(stored));
  stored.successor_id = "";
  stored.instruction.set_state(v1::INSTRUCTION_STATE_CANCELLED);
  EXPECT_FALSE(NextTimer(stored));
}

}  // namespace
}  // namespace wangge::command
