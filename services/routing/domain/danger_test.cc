#include "services/routing/domain/danger.h"

#include "absl/strings/str_cat.h"
#include "base/csv.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DangerTest, PhrasesAreFoundButNotTheirDenials) {
  EXPECT_THAT(FindDanger("三楼着火了，有人被困"), ElementsAre("着火", "被困"));
  EXPECT_THAT(FindDanger("楼道堆满杂物，担心着火"), IsEmpty());
  EXPECT_THAT(FindDanger("社区火灾演练太吵"), IsEmpty());
  EXPECT_THAT(FindDanger("路灯不亮"), IsEmpty());
}

TEST(DangerTest, PairsCountInOneSentenceOnly) {
  EXPECT_THAT(FindDanger("厨房里煤气，一直在漏"), ElementsAre("煤气…在漏"));
  EXPECT_THAT(FindDanger("煤气费太高。水管在漏"), IsEmpty());
}

TEST(DangerTest, WhatIsHappeningNowIsNotDismissed) {
  EXPECT_THAT(FindDanger("上周说过电线老化，现在着火了"), ElementsAre("着火"));
  EXPECT_THAT(FindDanger("没有人管。着火了"), ElementsAre("着火"));
}

// The written list: what people would say of danger, and what sounds like it.
TEST(DangerTest, RecallAndFalseAlarmsOnTheWrittenList) {
  const std::string path =
      WANGGE_SOURCE_DIR "/services/routing/testdata/danger.csv";
  const auto content = ReadFile(path);
  ASSERT_OK(content);
  const auto table = CsvTable::Parse(path, *content, {"text", "danger"});
  ASSERT_OK(table);
  int dangers = 0;
  int found = 0;
  int harmless = 0;
  int alarms = 0;
  std::string wrong;
  for (const auto& row : table->rows()) {
    const bool danger = row.Get("danger") == "true";
    const bool said = !FindDanger(row.Get("text")).empty();
    (danger ? dangers : harmless) += 1;
    (danger ? found : alarms) += said ? 1 : 0;
    if (danger != said) {
      absl::StrAppend(&wrong, said ? "alarm " : "missed ", row.Get("text"),
                      "\n");
    }
  }
  EXPECT_GE(dangers, 200);
  EXPECT_GE(harmless, 160);
  EXPECT_GE(found, 0.98 * dangers) << wrong;
  EXPECT_LE(alarms, 0.05 * harmless) << wrong;
}

}  // namespace
}  // namespace wangge::routing
