#include "services/command/domain/cap.h"

#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::Contains;
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

std::string With(const std::string& from, const std::string& to) {
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

TEST(CapTest, APrefixedNamespaceAndASignatureAreUnderstood) {
  std::string xml = absl::StrReplaceAll(kAlert, {{"<", "<cap:"}});
  xml = absl::StrReplaceAll(
      xml, {{"<cap:/", "</cap:"}, {"<cap:?", "<?"}, {"xmlns=", "xmlns:cap="}});
  xml = absl::StrReplaceAll(
      xml, {{"</cap:alert>", "<ds:Signature xmlns:ds=\"x\"/></cap:alert>"}});
  EXPECT_OK(ParseCap(xml, kNow));
}

// Each rule of the schema, broken once: the fault is named by its element.
TEST(CapTest, EveryBrokenRuleIsNamed) {
  const struct {
    const char* from;
    const char* to;
    const char* fault;
  } rows[] = {
      {"cap:1.2", "cap:1.1", "must be an alert of urn:oasis"},
      {"<identifier>R-1<", "<identifier>R 1<", "alert/identifier"},
      {"<identifier>R-1</identifier>", "", "alert/identifier: is missing"},
      {"weather@zz", "weather,zz", "alert/sender"},
      {"08:00:00+08:00", "08:00:00Z", "alert/sent"},
      {"2026-09-01T08", "2026-13-01T08", "alert/sent"},
      {"2026-09-01T08", "2027-09-01T08", "lies in the future"},
      {"Actual", "Real", "alert/status: is `Real`"},
      {"Actual", "Draft", "must be Actual, Exercise or Test"},
      {">Alert<", ">Ack<", "must be Alert, Update or Cancel"},
      {">Alert<", ">Update<", "alert/references"},
      {"<scope>Public</scope>",
       "<scope>Public</scope><references>x</references>", "alert/references"},
      {"Public", "Restricted", "alert/restriction"},
      {"Public", "Private", "alert/addresses"},
      {"<scope>Public</scope>", "", "alert/scope: is missing"},
      {"<category>Met</category>", "", "alert/info[1]/category: is missing"},
      {">Met<", ">Weather<", "alert/info[1]/category[1]: is `Weather`"},
      {"<event>暴雨</event>", "<event/>", "alert/info[1]/event: is empty"},
      {"Immediate", "Now", "alert/info[1]/urgency"},
      {"Severe", "Bad", "alert/info[1]/severity"},
      {"Observed", "Seen", "alert/info[1]/certainty"},
      {"<expires>2026-12-01T20:00:00+08:00</expires>", "",
       "alert/info[1]/expires: is missing"},
      {"<headline>", "<headlines/><headline>",
       "alert/info[1]/headlines: is no element of CAP 1.2"},
      {"<headline>", "<headline>a</headline><headline>", "stands 2 times"},
      {"<event>暴雨</event>\n    <urgency>Immediate</urgency>",
       "<urgency>Immediate</urgency><event>暴雨</event>",
       "alert/info[1]/event: must stand before urgency"},
      {"34,113</polygon>", "34,112</polygon>", "area[1]/polygon[1]"},
      {"<areaDesc>全市</areaDesc>", "", "area[1]/areaDesc: is missing"},
      {"wangge:grid", "other", "must have one geocode wangge:grid"},
      {"<valueName>wangge:post", "<valueName>wangge:posts", "wangge:posts"},
      {"<?xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><?xml", "document type"},
      {"</alert>", "", "is no XML"},
  };
  for (const auto& row : rows) {
    const auto cap = ParseCap(With(row.from, row.to), kNow);
    EXPECT_EQ(cap.status().code(), absl::StatusCode::kInvalidArgument)
        << row.fault;
    EXPECT_THAT(errors::ViolationsOf(cap.status()),
                Contains(HasSubstr(row.fault)))
        << row.fault;
  }
}

TEST(CapTest, AnUpdateNamesTheOneItReplaces) {
  const auto cap = ParseCap(
      With("<msgType>Alert</msgType>\n  <scope>Public</scope>",
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
