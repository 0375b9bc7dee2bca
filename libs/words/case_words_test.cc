#include "words/case_words.h"

#include "gtest/gtest.h"
#include "testing/proto.h"

namespace wangge::words {
namespace {

namespace v1 = cases::v1;

std::string Text(const std::string& body) {
  return Describe(FromText<v1::CaseEvent>(body));
}

TEST(CaseWordsTest, ARulesCauseIsMadeWordsAndAPersonsWordsAreKept) {
  EXPECT_EQ(Text("supervised { rule_cause: SUPERVISION_CAUSE_REWORK "
                 "rework_count: 3 }"),
            "督办：已返工 3 次");
  EXPECT_EQ(Text("supervised { reason: '请尽快' }"), "督办：请尽快");
  EXPECT_EQ(Text("merged { automatic: true master_case_no: 'n' }"),
            "自动并入 n：同一事项");
  EXPECT_EQ(Text("merged { master_case_no: 'n' reason: '重复' }"),
            "并入 n：重复");
  EXPECT_EQ(Text("urged { kind: 'accept' timer: 'accept/1' }"),
            "催办：签收时限已到");
  EXPECT_EQ(Text("urged { kind: 'person' text: '三天了' }"), "催办：三天了");
}

TEST(CaseWordsTest, EveryCauseHasWords) {
  for (int i = 1; i <= v1::LapseCause_MAX; ++i) {
    v1::ApprovalLapsed body;
    body.set_cause(static_cast<v1::LapseCause>(i));
    EXPECT_NE(Cause(body), "") << i;
  }
  for (int i = 1; i <= v1::SupervisionCause_MAX; ++i) {
    v1::Supervised body;
    body.set_rule_cause(static_cast<v1::SupervisionCause>(i));
    EXPECT_NE(Cause(body), "") << i;
  }
  for (int i = 1; i <= v1::ConsultationCause_MAX; ++i) {
    v1::JointProposed body;
    body.set_rule_cause(static_cast<v1::ConsultationCause>(i));
    EXPECT_NE(Cause(body), "") << i;
  }
}

TEST(CaseWordsTest, EveryEventIsDescribed) {
  const auto& body = *v1::CaseEvent::descriptor()->FindOneofByName("body");
  for (int i = 0; i < body.field_count(); ++i) {
    v1::CaseEvent event;
    event.GetReflection()->MutableMessage(&event, body.field(i));
    EXPECT_NE(Describe(event), "?") << body.field(i)->name();
  }
  EXPECT_EQ(Describe(v1::CaseEvent()), "?");
}

TEST(CaseWordsTest, WhatEventsBefore020SayIsShownAsItIs) {
  EXPECT_EQ(Text("approval_lapsed { approval_number: 1 "
                 "reason: 'nobody decided in time' }"),
            "申请#1 失效：nobody decided in time");
  EXPECT_EQ(Text("joint_proposed { cause: 'an asset without owner' }"),
            "提请会商（an asset without owner），0 方");
}

TEST(CaseWordsTest, AnOperatorReasonIsACodeWithItsParameters) {
  EXPECT_EQ(OperatorReason("category_unsure 0.43 0.90"),
            "类别不确定：43%，需 90%");
  EXPECT_EQ(OperatorReason("returned"), "承办单位退单");
  EXPECT_EQ(OperatorReason("the place is unknown"), "the place is unknown");
  EXPECT_EQ(OperatorReason(""), "");
}

}  // namespace
}  // namespace wangge::words
