#include "services/command/domain/cap_xml.h"

#include <iconv.h>

#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "errors/errors.h"
#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

// Every element that CAP 1.2 has.
constexpr char kEverything[] = R"(<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>R-1</identifier>
  <sender>weather@zz</sender>
  <sent>2026-09-01T08:00:00+08:00</sent>
  <status>Actual</status>
  <msgType>Update</msgType>
  <source>台长</source>
  <scope>Private</scope>
  <restriction>r</restriction>
  <addresses>a b</addresses>
  <code>c1</code>
  <code>c2</code>
  <note>n</note>
  <references>a@b,R-0,2026-08-01T08:00:00-00:00</references>
  <incidents>i1 i2</incidents>
  <info>
    <language>zh-CN</language>
    <category>Met</category>
    <category>CBRNE</category>
    <event>暴雨</event>
    <responseType>Shelter</responseType>
    <responseType>AllClear</responseType>
    <urgency>Immediate</urgency>
    <severity>Severe</severity>
    <certainty>Observed</certainty>
    <audience>all</audience>
    <eventCode><valueName>SAME</valueName><value>FFW</value></eventCode>
    <effective>2026-09-01T08:00:00+08:00</effective>
    <onset>2026-09-01T08:00:00+08:00</onset>
    <expires>2026-12-01T20:00:00+08:00</expires>
    <senderName>气象台</senderName>
    <headline>暴雨红色预警</headline>
    <description>今晚有暴雨</description>
    <instruction>排查低洼处</instruction>
    <web>https://example.org/a?b=c</web>
    <contact>0371</contact>
    <parameter><valueName>p</valueName><value/></parameter>
    <resource>
      <resourceDesc>图</resourceDesc>
      <mimeType>image/png</mimeType>
      <size>12</size>
      <uri>a.png</uri>
      <derefUri>aGk=</derefUri>
      <digest>00</digest>
    </resource>
    <area>
      <areaDesc>全市</areaDesc>
      <polygon>34,113 35,113 35.5,-114.25 34,113</polygon>
      <circle>34.5,113.5 0.5</circle>
      <geocode><valueName>g</valueName><value>zz</value></geocode>
      <altitude>100</altitude>
      <ceiling>200.5</ceiling>
    </area>
  </info>
</alert>)";

std::string Changed(const std::string& from, const std::string& to) {
  const std::string changed = absl::StrReplaceAll(kEverything, {{from, to}});
  EXPECT_NE(changed, kEverything) << from;
  return changed;
}

std::vector<std::string> FaultsOf(const std::string& xml) {
  const auto alert = ReadCap(xml);
  EXPECT_EQ(alert.status().code(), absl::StatusCode::kInvalidArgument) << xml;
  return errors::ViolationsOf(alert.status());
}

TEST(CapXmlTest, EveryElementIsRead) {
  const auto alert = ReadCap(kEverything);
  ASSERT_OK(alert);
  EXPECT_EQ(alert->Text("source"), "台长");
  const CapElement* info = alert->Find("info");
  ASSERT_NE(info, nullptr);
  EXPECT_THAT(info->children, SizeIs(23));
  EXPECT_EQ(info->Text("headline"), "暴雨红色预警");
  const CapElement& area = info->children.back();
  EXPECT_EQ(area.path, "alert/info/area");
  EXPECT_EQ(area.line, 47);
  EXPECT_EQ(info->children[2].path, "alert/info/category[2]");
  EXPECT_EQ(area.children[3].Text("value"), "zz");
}

// Each rule of cap.xsd, broken once: the one fault that is found.
TEST(CapXmlTest, EachRuleOfTheFormIsChecked) {
  const struct {
    const char* from;
    const char* to;
    const char* fault;
  } rows[] = {
      // The root.
      {"cap:1.2", "cap:1.1", "alert: on line 2 must be the alert of urn:oasis"},
      {"<alert xmlns", "<alert a='b' xmlns",
       "alert: on line 2 is not as CAP 1.2 wants it: The attribute 'a' is not "
       "allowed."},
      // Presence, order and number.
      {"<identifier>R-1</identifier>", "",
       "alert/sender: on line 4 must not stand here; CAP 1.2 wants identifier"},
      {"<scope>Private</scope>", "",
       "alert/restriction: on line 10 must not stand here; CAP 1.2 wants "
       "scope"},
      {"<headline>", "<headlines/><headline>",
       "alert/info/headlines: on line 33 must not stand here; CAP 1.2 wants "
       "headline, description"},
      {"<headline>", "<headline>a</headline><headline>",
       "alert/info/headline[2]: on line 33 must not stand here"},
      {"<event>暴雨</event>", "",
       "alert/info/responseType[1]: on line 22 must not stand here; CAP 1.2 "
       "wants category, event"},
      {"<value>FFW</value>", "",
       "alert/info/eventCode: on line 28 lacks an element; add value"},
      {"<areaDesc>全市</areaDesc>", "",
       "alert/info/area/polygon: on line 49 must not stand here; CAP 1.2 wants "
       "areaDesc"},
      {"<mimeType>image/png</mimeType>", "",
       "alert/info/resource/size: on line 42 must not stand here; CAP 1.2 "
       "wants mimeType"},
      {"<altitude>100</altitude>", "",
       "alert/info/area/ceiling: on line 53 must not stand here"},
      {"</info>", "</info><code>c</code>",
       "alert/code[3]: on line 55 must not stand here"},
      {"</ceiling>", "</ceiling><ceiling>1</ceiling>",
       "alert/info/area/ceiling[2]: on line 53 must not stand here; CAP 1.2 "
       "wants nothing more"},
      // Where text may stand.
      {"<info>", "<info>text",
       "alert/info: on line 17 is not as CAP 1.2 wants it: Character content"},
      {"今晚有暴雨", "今晚<b xmlns='x'>有</b>暴雨",
       "alert/info/description: on line 34 is not as CAP 1.2 wants it: Element "
       "content is not allowed"},
      {">Actual<", "><b/>Actual<",
       "alert/status: on line 6 is not as CAP 1.2 wants it: Element content"},
      // Values.
      {">R-1<", ">R 1<",
       "alert/identifier: on line 3 is `R 1`; must be one or more characters "
       "without blanks, commas, < and &"},
      {">R-1<", "> <", "alert/identifier: on line 3 is empty; must be one or"},
      {"weather@zz", "weather,zz", "alert/sender: on line 4 is `weather,zz`"},
      {"<sent>2026-09-01T08:00:00+08:00", "<sent>2026-09-01T08:00:00Z",
       "alert/sent: on line 5 is `2026-09-01T08:00:00Z`; must be a time in "
       "whole seconds with its zone, for example 2026-11-26T08:00:00+08:00"},
      {"<sent>2026-09-01T08:00:00+08:00", "<sent>2026-09-01T08:00:00",
       "alert/sent: on line 5 is `2026-09-01T08:00:00`; must be a time"},
      {"<sent>2026-09", "<sent>2026-13", "alert/sent: on line 5 is `2026-13-"},
      {"<sent>2026-09-01", "<sent>2026-02-30", "is `2026-02-30T08:00:00"},
      {"<sent>2026-09-01T08", "<sent>2026-09-01T24", "is `2026-09-01T24:00:00"},
      {"<effective>2026", "<effective>26", "alert/info/effective: on line 29"},
      {"<onset>2026", "<onset>26", "alert/info/onset: on line 30"},
      {"<expires>2026", "<expires>26", "alert/info/expires: on line 31"},
      {"Actual", "Real",
       "alert/status: on line 6 is `Real`; must be one of Actual, Exercise, "
       "System, Test, Draft"},
      {"Actual", "actual", "is `actual`; must be one of Actual"},
      {"Actual", "", "alert/status: on line 6 is empty; must be one of Actual"},
      {"Update", "Up",
       "alert/msgType: on line 7 is `Up`; must be one of Alert, Update, "
       "Cancel, Ack, Error"},
      {"Private", "Secret",
       "alert/scope: on line 9 is `Secret`; must be one of Public, "
       "Restricted, Private"},
      {"a@b,R-0,", "R-0,", "alert/references: on line 15 is `R-0,2026"},
      {"01T08:00:00-00:00", "01",
       "must be references `sender,identifier,sent`"},
      {"zh-CN", "中文", "alert/info/language: on line 18 is `中文`; must be a"},
      {">Met<", ">Weather<",
       "alert/info/category[1]: on line 19 is `Weather`; must be one of Geo, "
       "Met, Safety, Security, Rescue, Fire, Health, Env, Transport, Infra, "
       "CBRNE, Other"},
      {"<event>暴雨", "<event> ", "alert/info/event: on line 21 is empty"},
      {"Shelter", "Hide",
       "alert/info/responseType[1]: on line 22 is `Hide`; must be one of "
       "Shelter, Evacuate, Prepare, Execute, Avoid, Monitor, Assess, AllClear, "
       "None"},
      {"Immediate", "Now",
       "alert/info/urgency: on line 24 is `Now`; must be one of Immediate, "
       "Expected, Future, Past, Unknown"},
      {"Severe", "Bad",
       "alert/info/severity: on line 25 is `Bad`; must be one of Extreme, "
       "Severe, Moderate, Minor, Unknown"},
      {"Observed", "Seen",
       "alert/info/certainty: on line 26 is `Seen`; must be one of Observed, "
       "Likely, Possible, Unlikely, Unknown"},
      {">SAME<", "><", "eventCode/valueName: on line 28 is empty"},
      {">https://example.org", ">http://[",
       "info/web: on line 36 is `http://["},
      {">12<", ">-1<", "resource/size: on line 42 is `-1`; must be a whole"},
      {">图<", "><", "alert/info/resource/resourceDesc: on line 40 is empty"},
      {">image/png<", "><",
       "alert/info/resource/mimeType: on line 41 is empty"},
      {">全市<", "><", "alert/info/area/areaDesc: on line 48 is empty"},
      {" 35.5,-114.25", "",
       "area/polygon: on line 49 is `34,113 35,113 34,113`"},
      {"35.5,", "90.5,", "must be four or more points `latitude,longitude`"},
      {"-114.25", "-180.25", "alert/info/area/polygon: on line 49"},
      {"34.5,113.5 0.5", "34.5,113.5",
       "area/circle: on line 50 is `34.5,113.5`"},
      {"34.5,113.5 0.5", "34.5,113.5 -1",
       "must be `latitude,longitude radius`"},
      {">g<", "> <", "geocode/valueName: on line 51 is empty; must be a text"},
      {">100<", ">high<", "area/altitude: on line 52 is `high`; must be a dec"},
      {">200.5<", ">1e3<", "area/ceiling: on line 53 is `1e3`; must be a dec"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(FaultsOf(Changed(row.from, row.to)),
                ElementsAre(HasSubstr(row.fault)));
  }
}

TEST(CapXmlTest, WhatIsLongIsShownInPartAndManyFaultsAreCut) {
  EXPECT_THAT(FaultsOf(Changed("Actual", std::string(100'000, 'x'))),
              ElementsAre(SizeIs(::testing::Lt(300))));
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "<category>x</category>";
  EXPECT_THAT(FaultsOf(Changed("<category>Met</category>", many)), SizeIs(50));
}

TEST(CapXmlTest, TheWholeTextIsRead) {
  const auto description = [](const std::string& text) {
    const auto alert =
        ReadCap(Changed("<description>今晚有暴雨", "<description>" + text));
    EXPECT_OK(alert) << text;
    return alert.ok() ? alert->Find("info")->Text("description") : "";
  };
  EXPECT_EQ(description("雷阵雨。<!-- 注 -->请立即转移"), "雷阵雨。请立即转移");
  EXPECT_EQ(description("a<![CDATA[<b> & ]]>c"), "a<b> & c");
  EXPECT_EQ(description("a<?pi x?>b<![CDATA[c]]><!----><![CDATA[d]]>"), "abcd");
  EXPECT_EQ(description("&lt;&#x4E2D;&amp;&#65;&apos;"), "<中&A'");
  EXPECT_EQ(description("\n  a\n  b \t"), "a\n  b");
  EXPECT_EQ(description("<!-- only -->"), "");
}

TEST(CapXmlTest, WordsMayHaveBlanksAndCommentsAround) {
  const auto alert = ReadCap(Changed(">Actual<", ">\n <!-- 注 --> Actual\t<"));
  ASSERT_OK(alert);
  EXPECT_EQ(alert->Text("status"), "Actual");
}

TEST(CapXmlTest, PrefixesSignaturesAndForeignAttributesAreUnderstood) {
  std::string xml = absl::StrReplaceAll(kEverything, {{"<", "<cap:"}});
  xml = absl::StrReplaceAll(
      xml, {{"<cap:/", "</cap:"}, {"<cap:?", "<?"}, {"xmlns=", "xmlns:cap="}});
  EXPECT_OK(ReadCap(xml));
  // In a default namespace of its own, with names of CAP's in it.
  const auto alert = ReadCap(
      Changed("</alert>",
              "<Signature xmlns='http://www.w3.org/2000/09/xmldsig#'><info/>"
              "<note>x</note></Signature></alert>"));
  ASSERT_OK(alert);
  EXPECT_EQ(alert->children.back().name, "info");
  EXPECT_OK(ReadCap(Changed("<alert ",
                            "<alert xml:lang='zh' xmlns:xsi='http://www.w3.org/"
                            "2001/XMLSchema-instance' xsi:schemaLocation="
                            "'urn:oasis:names:tc:emergency:cap:1.2 "
                            "file:///nowhere.xsd' ")));
}

std::string Encoded(const std::string& text, const char* encoding) {
  iconv_t converter = iconv_open(encoding, "UTF-8");
  std::string in = text;
  std::string out(4 * text.size(), '\0');
  char* from = in.data();
  char* to = out.data();
  size_t left = in.size();
  size_t room = out.size();
  EXPECT_EQ(iconv(converter, &from, &left, &to, &room), 0U);
  iconv_close(converter);
  out.resize(out.size() - room);
  return out;
}

TEST(CapXmlTest, TheDeclaredEncodingIsRead) {
  for (const char* encoding : {"GB18030", "GBK", "gb2312", "UTF-16"}) {
    const auto alert =
        ReadCap(Encoded(Changed("encoding=\"UTF-8\"",
                                absl::StrCat("encoding='", encoding, "'")),
                        encoding));
    ASSERT_OK(alert) << encoding;
    EXPECT_EQ(alert->Find("info")->Text("headline"), "暴雨红色预警");
  }
  EXPECT_OK(ReadCap(absl::StrCat("\xEF\xBB\xBF", kEverything)));
  EXPECT_OK(ReadCap(Changed(" encoding=\"UTF-8\"", "")));
  const auto latin =
      ReadCap("<?xml version='1.0' encoding='ISO-8859-1'?>" +
              Encoded("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'>"
                      "<identifier>é</identifier><sender>s</sender>"
                      "<sent>2026-09-01T08:00:00+08:00</sent>"
                      "<status>Test</status><msgType>Alert</msgType>"
                      "<scope>Public</scope></alert>",
                      "ISO-8859-1"));
  ASSERT_OK(latin);
  EXPECT_EQ(latin->Text("identifier"), "é");
}

std::string Repeated(const std::string& text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

TEST(CapXmlTest, WhatIsHostileOrBrokenIsRefused) {
  const std::string laughs =
      "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b "
      "'&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;'>]>";
  const std::pair<std::string, const char*> rows[] = {
      {Changed("<alert ", laughs + "<alert "), "has a document type"},
      {Changed("<alert ",
               "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><alert "),
       "has a document type"},
      {Changed("<alert ",
               "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><alert "),
       "has a document type"},
      {Encoded(Changed("<alert ", laughs + "<alert "), "UTF-16"),
       "has a document type"},
      {Changed("台长", "&e;"), "on line 8: Entity 'e' not defined"},
      {Repeated("x", 10 << 20), "has 10485760 bytes; at most 1048576"},
      {Changed("</alert>",
               Repeated("<a>", 10'000) + Repeated("</a>", 10'000) + "</alert>"),
       "Excessive depth in document"},
      {Changed("台长", "\xC3\x28"), "is not UTF-8; send UTF-8 or declare"},
      {Changed("台长", "\xED\xA0\x80"), "is not UTF-8"},
      {Changed("台长", std::string(1, '\0')), "contains a NUL character"},
      {Changed("台长", "\x01"), "is not well-formed XML: on line 8"},
      {Changed("台长", "&#0;"), "is not well-formed XML: on line 8"},
      {Changed("UTF-8", "GB18030") + "<!-- \xFF -->",
       "is not GB18030 from byte"},
      {Changed("UTF-8", "ISO-2022-CN-EXT"), "declares an encoding that is not"},
      {Changed("</alert>", ""), "is not well-formed XML"},
      {Changed("<info>", "<cap:info>"), "is not well-formed XML: on line 17"},
      {"", "is not well-formed XML"},
      {"not XML", "is not well-formed XML"},
  };
  for (const auto& [xml, fault] : rows) {
    EXPECT_THAT(FaultsOf(xml),
                ElementsAre(::testing::AllOf(::testing::StartsWith("xml: "),
                                             HasSubstr(fault))));
  }
}

// What is as large as an alert may be is read in the time of one.
TEST(CapXmlTest, ManyElementsAreRead) {
  const auto alert =
      ReadCap(Changed("<code>c1</code>", Repeated("<code>c</code>", 70'000)));
  ASSERT_OK(alert);
  EXPECT_THAT(alert->children, SizeIs(70'000 + 14));
  EXPECT_EQ(alert->children[10].path, "alert/code[2]");
}

TEST(CapXmlTest, LinesBeyondSixteenBitsAreNamed) {
  const auto faults =
      FaultsOf(Changed("<status>Actual", Repeated("\n", 70'000) + "<status>x"));
  EXPECT_THAT(faults, ElementsAre(HasSubstr("on line 70006 is `x`")));
}

TEST(CapXmlTest, WhatIsWrittenIsReadAsTheSame) {
  CapElement alert = *ReadCap(kEverything);
  const auto again = ReadCap(WriteCap(alert));
  ASSERT_OK(again);
  EXPECT_EQ(WriteCap(*again), WriteCap(alert));
  alert.children[5].text = "<&>\"']]> \r\n\t\U0001F600";
  EXPECT_EQ(ReadCap(WriteCap(alert))->Text("source"), alert.children[5].text);
  alert.children[5].text = "a\x01\xEF\xBF\xBEz";
  EXPECT_EQ(ReadCap(WriteCap(alert))->Text("source"), "a\uFFFD\uFFFDz");
}

TEST(CapXmlTest, ThreadsReadAtTheSameTime) {
  const std::string bad = Changed("Actual", "Real");
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (int& count : wrong) {
    threads.emplace_back([&count, &bad] {
      for (int i = 0; i < 50; ++i) {
        const auto good = ReadCap(kEverything);
        count += !good.ok() || good->Text("status") != "Actual";
        count += errors::ViolationsOf(ReadCap(bad).status()).size() != 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(wrong, ElementsAre(0, 0, 0, 0));
}

}  // namespace
}  // namespace wangge::command
