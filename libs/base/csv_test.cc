#include "base/csv.h"

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge {
namespace {

TEST(CsvTest, ReadsQuotesLineBreaksAndByteOrderMark) {
  const auto table = CsvTable::Parse(
      "f.csv", "\xEF\xBB\xBFid,name\r\n1,\"a \"\"b\"\",\nc\"\n2,d\n", {"id"});
  ASSERT_OK(table);
  ASSERT_EQ(table->rows().size(), 2U);
  EXPECT_EQ(table->rows()[0].Get("name"), "a \"b\",\nc");
  EXPECT_EQ(table->rows()[1].Get("id"), "2");
  EXPECT_EQ(table->rows()[1].line(), 4);
  EXPECT_EQ(table->rows()[1].Get("nowhere"), "");
}

TEST(CsvTest, NamesFileAndLineOfFaults) {
  EXPECT_THAT(CsvTable::Parse("f.csv", "id\n1\n2,3\n", {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "f.csv:3: "));
  EXPECT_THAT(CsvTable::Parse("f.csv", "id\n\"1\n", {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "f.csv:2: "));
  EXPECT_THAT(CsvTable::Parse("f.csv", "id\n1\n", {"name"}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "`name`"));
  EXPECT_THAT(CsvTable::Parse("f.csv", "id,id\n1,2\n", {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument, "occurs twice"));
}

TEST(CsvTest, ReadsWhatIsNotUtf8AsGb18030) {
  // 名称 / 热力 in GBK, and 𠮷, which takes four bytes.
  const auto table = CsvTable::Parse(
      "f.csv", "\xC3\xFB\xB3\xC6\n\xC8\xC8\xC1\xA6\x95\x34\xB2\x35\n",
      {"名称"});
  ASSERT_OK(table);
  EXPECT_EQ(table->rows()[0].Get("名称"), "热力𠮷");
  EXPECT_THAT(CsvTable::Parse("f.csv", "id\n\xFF\n", {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "f.csv is neither UTF-8 nor GB18030 (byte 4)"));
}

TEST(CsvTest, QuotingRoundTrips) {
  for (const std::string value : {"plain", "a,b", "a\"b", "a\nb", ""}) {
    const auto table =
        CsvTable::Parse("f", "v,w\n" + CsvQuote(value) + ",x\n", {});
    ASSERT_OK(table);
    EXPECT_EQ(table->rows()[0].Get("v"), value);
  }
}

}  // namespace
}  // namespace wangge
