#include "services/cases/domain/meaning.h"

#include "gtest/gtest.h"
#include "services/cases/domain/apply.h"
#include "testing/proto.h"

namespace wangge::cases {
namespace {

Case Make(const std::string& more = "") {
  return FromText<Case>("case_no: 'n' state: CASE_STATE_FILED text: 'secret' " +
                        more);
}

TEST(MeaningTest, WhatIsDifferentIsNamedWithoutItsValue) {
  Case other = Make("approvals { decider_id: 'o-1' }");
  EXPECT_EQ(DifferenceOf(Make(), Make()), "");
  EXPECT_EQ(DifferenceOf(Make(), other), "approvals[0]");
  other = Make();
  other.set_text("other");
  other.set_state(v1::CASE_STATE_CLOSED);
  EXPECT_EQ(DifferenceOf(Make(), other), "state, text");
  EXPECT_EQ(DifferenceOf(Make("approvals { reason: 'a' }"),
                         Make("approvals { reason: 'b' }")),
            "approvals[0].reason");
}

TEST(MeaningTest, ASentenceOfBeforeIsTheCodeOfToday) {
  const struct {
    const char* sentence;
    const char* code;
  } rows[] = {{"not found on the spot", kNotFoundOnSpot},
              {"returned by its unit", kReturned},
              {"reopened", kReopened},
              {"no longer merged", kUnmerged}};
  for (const auto& row : rows) {
    Case old = Make();
    Case today = Make();
    old.set_operator_reason(row.sentence);
    today.set_operator_reason(row.code);
    EXPECT_EQ(DifferenceOf(today, old), "") << row.sentence;
    today.set_operator_reason("place_unknown");
    EXPECT_EQ(DifferenceOf(today, old), "operator_reason") << row.sentence;
  }
}

// Only the program of a newer version can have written them.
TEST(MeaningTest, AFieldThatIsNotKnownSaysNothing) {
  Case newer = Make("approvals { reason: 'a' }");
  const auto add = [](google::protobuf::Message* message) {
    message->GetReflection()->MutableUnknownFields(message)->AddVarint(9999, 1);
  };
  add(&newer);
  add(newer.mutable_approvals(0));
  EXPECT_EQ(DifferenceOf(newer, Make("approvals { reason: 'a' }")), "");
}

}  // namespace
}  // namespace wangge::cases
