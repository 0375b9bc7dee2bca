#include "services/command/domain/cap.h"

#include <iterator>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);

constexpr char kAlert[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>R-1</identifier>
  <sender>weather@zz</sender>
  <sent>2026-09-01T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Alert</msgType>
  <scope>Public</scope>
  <info>
    <category>Met</category>
    <event>暴雨</event>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <expires>2026-12-01T20:00:00+08:00</expires>
    <headline>暴雨红色预警</headline>
    <description>今晚有暴雨</description>
    <instruction>排查低洼处</instruction>
    <parameter><valueName>wangge:post</valueName><value>grid_worker</value></parameter>
    <area>
      <areaDesc>全市</areaDesc>
      <polygon>34,113 35,113 35,114 34,113</polygon>
      <geocode><valueName>wangge:grid</valueName><value>zz</value></geocode>
    </area>
  </info>
</alert>)";

std::string WithAlert(const std::string& from, const std::string& to) {
  const std::string changed = absl::StrReplaceAll(kAlert, {{from, to}});
  EXPECT_NE(changed, kAlert) << from;
  return changed;
}

TEST(CapTest, AnAlertBecomesARequest) {
  const auto cap = ParseCap(kAlert, kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->type, v1::INSTRUCTION_TYPE_ALERT);
  EXPECT_EQ(cap->reference, "weather@zz,R-1,2026-09-01T08:00:00+08:00");
  EXPECT_THAT(cap->request,
              EqualsProto(FromText<v1::CreateInstructionRequest>(
                  "title: '暴雨红色预警' text: '今晚有暴雨\\n排查低洼处' "
                  "mode: INSTRUCTION_MODE_ACTUAL "
                  "category: INSTRUCTION_CATEGORY_MET "
                  "urgency: URGENCY_IMMEDIATE severity: SEVERITY_SEVERE "
                  "certainty: CERTAINTY_OBSERVED "
                  "expire_time { seconds: 1796126400 } "
                  "audience { subtree_grid_id: 'zz' posts: 'grid_worker' }")));
}

// What CAP allows and Wangge does not take: the fault is named by its element.
TEST(CapTest, WhatAnInstructionNeedsIsNamed) {
  const std::string reference = "a@b,R-0,2026-08-01T08:00:00+08:00";
  const struct {
    std::string from;
    std::string to;
    const char* fault;
  } rows[] = {
      {"2026-09-01T08", "2027-09-01T08",
       "alert/sent: on line 5 lies in the future"},
      {"Actual", "Draft",
       "alert/status: on line 6 is `Draft`; only Actual, Exercise and Test"},
      {"Actual", "System", "alert/status: on line 6 is `System`; only"},
      {">Alert<", ">Ack<",
       "alert/msgType: on line 7 is `Ack`; only Alert, Update and Cancel"},
      {">Alert<", ">Update<",
       "alert: on line 2 has 0 references; name the one alert that is meant"},
      {"<scope>Public</scope>",
       "<scope>Public</scope><references>" + reference + "</references>",
       "alert/references: on line 8 has references; they go with Update"},
      {">Alert</msgType>\n  <scope>Public</scope>",
       ">Update</msgType><scope>Public</scope><references>" + reference + " " +
           reference + "</references>",
       "alert/references: on line 7 has 2 references; name the one"},
      {"Public", "Restricted",
       "alert/scope: on line 8 is `Restricted`; add restriction"},
      {"Public", "Private", "alert/scope: on line 8 is `Private`; add address"},
      {"<expires>2026-12-01T20:00:00+08:00</expires>", "",
       "alert/info: on line 9 lacks expires; every instruction expires"},
      {"<description>今晚有暴雨</description>\n    "
       "<instruction>排查低洼处</instruction>",
       "<description> </description>",
       "alert/info/description: on line 17 says nothing"},
      {"34,113</polygon>", "34,112</polygon>",
       "alert/info/area/polygon: on line 22 ends at 34,112; must end where it "
       "begins, at 34,113"},
      {"wangge:grid", "other",
       "alert/info/area: on line 20 names 0 grids; one geocode must have"},
      {"<valueName>wangge:post", "<valueName>wangge:posts",
       "alert/info/parameter: on line 19 is `wangge:posts`, which Wangge"},
      {"wangge:post</valueName><value>grid_worker",
       "wangge:level</valueName><value>unspecified",
       "has wangge:level `unspecified`; must be a level such as STREET"},
      {"wangge:post</valueName><value>grid_worker",
       "wangge:layer</valueName><value>x",
       "has wangge:layer `x`; must be a layer such as GOVERNANCE"},
      {"wangge:post</valueName><value>grid_worker",
       "wangge:mobilisation_minutes</valueName><value>2h",
       "has wangge:mobilisation_minutes `2h`; must be a whole number"},
      {"wangge:post</valueName><value>grid_worker",
       "wangge:acknowledgement</valueName><value>no",
       "has wangge:acknowledgement `no`; must be optional or required"},
      {"wangge:post</valueName><value>grid_worker",
       "wangge:monthly</valueName><value>yes",
       "has wangge:monthly `yes`; must be true or false"},
  };
  for (const auto& row : rows) {
    const auto cap = ParseCap(WithAlert(row.from, row.to), kNow);
    EXPECT_EQ(cap.status().code(), absl::StatusCode::kInvalidArgument)
        << row.fault;
    EXPECT_THAT(errors::ViolationsOf(cap.status()),
                ElementsAre(HasSubstr(row.fault)));
  }
}

TEST(CapTest, WhatSaysNothingToDoIsNoInstruction) {
  const std::string xml = kAlert;
  const size_t begin = xml.find("  <info>");
  const auto cap = ParseCap(
      xml.substr(0, begin) + xml.substr(xml.find("</info>") + 7), kNow);
  EXPECT_THAT(errors::ViolationsOf(cap.status()),
              ElementsAre(HasSubstr("alert: on line 2 lacks info")));
}

TEST(CapTest, FaultsOfTheFormComeFirst) {
  const auto cap = ParseCap(
      absl::StrReplaceAll(kAlert, {{"Immediate", "Now"}, {">Alert<", ">Ack<"}}),
      kNow);
  EXPECT_THAT(
      errors::ViolationsOf(cap.status()),
      ElementsAre(HasSubstr("alert/info/urgency: on line 12 is `Now`")));
}

TEST(CapTest, OfSeveralLanguagesTheCitysIsTaken) {
  const std::string xml = kAlert;
  const size_t begin = xml.find("<info>");
  const size_t end = xml.find("</info>") + 7;
  const std::string info = xml.substr(begin, end - begin);
  const std::string english =
      absl::StrReplaceAll(info, {{"<info>", "<info><language>en-US</language>"},
                                 {"暴雨红色预警", "Rain"}});
  const std::string chinese = absl::StrReplaceAll(
      info, {{"<info>", "<info><language>zh-CN</language>"}});
  const auto cap = ParseCap(
      xml.substr(0, begin) + english + chinese + xml.substr(end), kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->request.title(), "暴雨红色预警");
  const auto first = ParseCap(
      xml.substr(0, begin) + english + english + xml.substr(end), kNow);
  ASSERT_OK(first);
  EXPECT_EQ(first->request.title(), "Rain");
}

// A comment cuts nothing off.
TEST(CapTest, ACommentInsideATextIsNotTheEndOfIt) {
  const auto cap = ParseCap(
      WithAlert("今晚有暴雨", "雷阵雨。<!-- 注 -->请<![CDATA[立即]]>转移"),
      kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->request.text(), "雷阵雨。请立即转移\n排查低洼处");
}

TEST(CapTest, ManyMinutesDoNotOverflow) {
  const auto cap =
      ParseCap(WithAlert("wangge:post</valueName><value>grid_worker",
                         "wangge:mobilisation_minutes</valueName>"
                         "<value>2147483647"),
               kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->request.mobilisation().duration().seconds(), 128849018820);
}

TEST(CapTest, AnUpdateNamesTheOneItReplaces) {
  const auto cap = ParseCap(
      WithAlert("<msgType>Alert</msgType>\n  <scope>Public</scope>",
                "<msgType>Update</msgType><scope>Public</scope>"
                "<references>a@b,R-0,2026-08-01T08:00:00+08:00</references>"),
      kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->type, v1::INSTRUCTION_TYPE_UPDATE);
  ASSERT_EQ(cap->references.size(), 1U);
  EXPECT_EQ(cap->references[0].identifier, "R-0");
}

TEST(CapTest, WhatIsExportedImportsAsTheSame) {
  const auto instruction = FromText<v1::Instruction>(
      "instruction_id: 'i1' title: '排查 <低洼> & 地下' text: '两小时内' "
      "mode: INSTRUCTION_MODE_EXERCISE type: INSTRUCTION_TYPE_ALERT "
      "category: INSTRUCTION_CATEGORY_CBRNE urgency: URGENCY_EXPECTED "
      "severity: SEVERITY_MODERATE certainty: CERTAINTY_LIKELY "
      "create_time { seconds: 1789990000 } "
      "expire_time { seconds: 1796126400 } acknowledgement_optional: true "
      "monthly: true mobilisation { duration { seconds: 7200 } } "
      "audience { subtree_grid_id: 'zz' posts: 'a' functions: 'f' "
      "levels: GRID_LEVEL_MICRO layers: GRID_LAYER_GOVERNANCE }");
  const std::string xml = ToCap(instruction, nullptr, "wangge.oc", "郑州市");
  const auto cap = ParseCap(xml, kNow);
  ASSERT_OK(cap) << xml;
  EXPECT_EQ(cap->reference, "wangge.oc,i1,2026-09-21T19:26:40+08:00");
  EXPECT_THAT(cap->request,
              EqualsProto(FromText<v1::CreateInstructionRequest>(
                  "title: '排查 <低洼> & 地下' text: '两小时内' "
                  "mode: INSTRUCTION_MODE_EXERCISE "
                  "category: INSTRUCTION_CATEGORY_CBRNE "
                  "urgency: URGENCY_EXPECTED severity: SEVERITY_MODERATE "
                  "certainty: CERTAINTY_LIKELY "
                  "expire_time { seconds: 1796126400 } "
                  "acknowledgement_optional: true monthly: true "
                  "mobilisation { duration { seconds: 7200 } } "
                  "audience { subtree_grid_id: 'zz' posts: 'a' functions: 'f' "
                  "levels: GRID_LEVEL_MICRO layers: GRID_LAYER_GOVERNANCE }")));
}

// Any text that an instruction may have, of characters that XML can carry.
std::string RandomText(size_t most, std::mt19937* random) {
  static const char* const pieces[] = {
      "防汛",  "a",  " ",  "<",  ">",          "&",      "'",    "\"", "]]>",
      "<!-- ", "\n", "\r", "\t", "\U0001F600", "\u00E9", "&#0;", "{",  "，"};
  std::string text;
  for (size_t i = (*random)() % most; i > 0; --i) {
    text += pieces[(*random)() % std::size(pieces)];
  }
  // What import takes off stands inside.
  return "始" + text + "终";
}

template <typename Enum>
Enum RandomOf(Enum most, std::mt19937* random) {
  return static_cast<Enum>(1 + (*random)() % static_cast<uint32_t>(most));
}

v1::Instruction RandomInstruction(std::mt19937* random) {
  v1::Instruction i;
  i.set_instruction_id(absl::StrCat("i", (*random)()));
  i.set_title(RandomText(30, random));
  i.set_text(RandomText(300, random));
  i.set_mode(RandomOf(v1::InstructionMode_MAX, random));
  i.set_category(RandomOf(v1::InstructionCategory_MAX, random));
  i.set_urgency(RandomOf(v1::Urgency_MAX, random));
  i.set_severity(RandomOf(v1::Severity_MAX, random));
  i.set_certainty(RandomOf(v1::Certainty_MAX, random));
  i.mutable_create_time()->set_seconds(1'780'000'000 + (*random)() % 9'000'000);
  i.mutable_expire_time()->set_seconds(1'796'000'000 + (*random)() % 9'000'000);
  i.set_acknowledgement_optional((*random)() % 2 == 0);
  i.set_monthly((*random)() % 2 == 0);
  if ((*random)() % 2 == 0) {
    i.mutable_mobilisation()->mutable_duration()->set_seconds(
        60 * (10 + (*random)() % 40'000));
  }
  auto& audience = *i.mutable_audience();
  audience.set_subtree_grid_id(absl::StrCat("g", (*random)()));
  for (size_t n = (*random)() % 3; n > 0; --n) {
    audience.add_posts(RandomText(5, random));
    audience.add_functions(RandomText(5, random));
    audience.add_levels(RandomOf(common::v1::GridLevel_MAX, random));
    audience.add_layers(RandomOf(common::v1::GridLayer_MAX, random));
  }
  return i;
}

TEST(CapTest, AnyInstructionIsExportedInFormAndImportsAsTheSame) {
  std::mt19937 random(25);
  for (int run = 0; run < 500; ++run) {
    const v1::Instruction i = RandomInstruction(&random);
    const std::string xml = ToCap(i, nullptr, "wangge.oc", "郑州市 <一> & 二");
    const auto cap = ParseCap(xml, kNow);
    ASSERT_OK(cap) << xml;
    v1::CreateInstructionRequest expected;
    expected.set_title(i.title());
    expected.set_text(i.text());
    *expected.mutable_audience() = i.audience();
    expected.set_mode(i.mode());
    *expected.mutable_expire_time() = i.expire_time();
    expected.set_category(i.category());
    expected.set_urgency(i.urgency());
    expected.set_severity(i.severity());
    expected.set_certainty(i.certainty());
    expected.set_acknowledgement_optional(i.acknowledgement_optional());
    expected.set_monthly(i.monthly());
    if (i.has_mobilisation()) {
      *expected.mutable_mobilisation() = i.mobilisation();
    }
    ASSERT_THAT(cap->request, EqualsProto(expected)) << xml;
  }
}

// Instructions of before these fields were there.
TEST(CapTest, WhatIsNotSaidIsExportedAsUnknown) {
  const auto old = FromText<v1::Instruction>(
      "instruction_id: 'i1' title: 't' text: 'x' "
      "create_time { seconds: 1789990000 } expire_time { seconds: 1796126400 } "
      "audience { subtree_grid_id: 'zz' }");
  const auto cap = ParseCap(ToCap(old, nullptr, "wangge.oc", "郑州市"), kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->request.urgency(), v1::URGENCY_UNKNOWN);
  EXPECT_EQ(cap->request.category(), v1::INSTRUCTION_CATEGORY_OTHER);
}

TEST(CapTest, ACancelIsExportedWithWhatItCancels) {
  const auto cancel = FromText<v1::Instruction>(
      "instruction_id: 'i2' title: '取消' text: '误报' "
      "mode: INSTRUCTION_MODE_ACTUAL type: INSTRUCTION_TYPE_CANCEL "
      "category: INSTRUCTION_CATEGORY_MET urgency: URGENCY_PAST "
      "severity: SEVERITY_MINOR certainty: CERTAINTY_UNLIKELY "
      "create_time { seconds: 1789990000 } expire_time { seconds: 1796126400 } "
      "audience { subtree_grid_id: 'zz' }");
  v1::Instruction original = cancel;
  original.set_instruction_id("i1");
  const auto cap =
      ParseCap(ToCap(cancel, &original, "wangge.oc", "郑州市"), kNow);
  ASSERT_OK(cap);
  EXPECT_EQ(cap->type, v1::INSTRUCTION_TYPE_CANCEL);
  EXPECT_EQ(cap->references[0].identifier, "i1");
  EXPECT_THAT(cap->request.text(), HasSubstr("误报"));
}

}  // namespace
}  // namespace wangge::command
