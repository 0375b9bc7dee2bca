#include <random>
#include <set>

#include "base/csv.h"
#include "city/city.h"
#include "citysim/addresses.h"
#include "citysim/categories.h"
#include "citysim/city.h"
#include "citysim/day.h"
#include "citysim/geometry.h"
#include "citysim/history.h"
#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::citysim {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::shared_ptr<const city::City> Small() {
  auto city = city::City::Build({}, MakeCity(Scale::Small(), 1).rows);
  EXPECT_OK(city);
  return *city;
}

TEST(GeometryTest, CutsCoverAndShareTheLoad) {
  const Rect rect{0, 0, 1000, 700};
  for (int parts = 1; parts < 30; ++parts) {
    int64_t area = 0;
    for (const Rect& r : Cut(rect, parts)) {
      area += int64_t{r.east - r.west} * (r.north - r.south);
    }
    EXPECT_EQ(area, 700'000);
  }
  EXPECT_THAT(Share(7, 3), ::testing::ElementsAre(3, 2, 2));
}

TEST(CitySimTest, TheSameSeedGivesTheSameCity) {
  EXPECT_EQ(city::ContentHash(MakeCity(Scale::Small(), 1).rows),
            city::ContentHash(MakeCity(Scale::Small(), 1).rows));
  EXPECT_NE(city::ContentHash(MakeCity(Scale::Small(), 1).rows),
            city::ContentHash(MakeCity(Scale::Small(), 2).rows));
}

TEST(CitySimTest, EveryPointHasAFullChainWithoutGaps) {
  const auto city = Small();
  std::mt19937 random(7);
  std::uniform_real_distribution<> lat(34.261, 34.979);
  std::uniform_real_distribution<> lng(112.701, 114.179);
  for (int i = 0; i < 20'000; ++i) {
    const auto location = city->Locate({lat(random), lng(random)});
    ASSERT_EQ(location.chain.size(), 6U);
    ASSERT_EQ(location.chain.back()->level(), common::v1::GRID_LEVEL_MICRO);
  }
}

TEST(CitySimTest, CountsAreThoseAskedFor) {
  const auto city = Small();
  std::map<common::v1::GridLevel, int> counts;
  int dedicated = 0;
  for (const auto& [key, row] : city->rows().Sorted()) {
    if (!row->has_grid()) continue;
    if (row->grid().layer() == common::v1::GRID_LAYER_GOVERNANCE) {
      ++counts[row->grid().level()];
    }
    dedicated += row->grid().layer() == common::v1::GRID_LAYER_DEDICATED;
  }
  EXPECT_EQ(counts[common::v1::GRID_LEVEL_DISTRICT], 16);
  EXPECT_EQ(counts[common::v1::GRID_LEVEL_STREET], 32);
  EXPECT_EQ(counts[common::v1::GRID_LEVEL_COMMUNITY], 96);
  EXPECT_EQ(counts[common::v1::GRID_LEVEL_COMPOUND], 288);
  EXPECT_EQ(counts[common::v1::GRID_LEVEL_MICRO], 576);
  EXPECT_EQ(dedicated, 40);
}

TEST(CitySimTest, EveryCompoundHasVolunteers) {
  const auto city = Small();
  int compounds = 0;
  for (const auto& [key, row] : city->rows().Sorted()) {
    if (!row->has_grid() ||
        row->grid().level() != common::v1::GRID_LEVEL_COMPOUND ||
        row->grid().layer() != common::v1::GRID_LAYER_GOVERNANCE) {
      continue;
    }
    ++compounds;
    const auto officers = city->OfficersIn(row->grid().grid_id());
    EXPECT_EQ(std::count_if(officers.begin(), officers.end(),
                            [](const city::Officer* officer) {
                              return officer->posts(0) == "volunteer";
                            }),
              2)
        << key;
  }
  EXPECT_EQ(compounds, 288);
}

TEST(CitySimTest, EveryCategoryHasAUnitAndAnOfficerEverywhere) {
  const auto city = Small();
  const absl::Time night = absl::FromUnixSeconds(1795370000);
  for (const auto& [key, row] : city->rows().Sorted()) {
    if (!row->has_grid() ||
        row->grid().level() != common::v1::GRID_LEVEL_MICRO) {
      continue;
    }
    const auto chain = city->ChainOf(row->grid());
    for (const auto* category : city->categories()) {
      const auto rules = city->RulesFor(*category, chain);
      ASSERT_FALSE(rules.empty()) << category->category_code() << " at " << key;
      for (const auto* rule : rules) {
        const auto units =
            city->UnitsFor(rule->function(), rule->level(), chain);
        ASSERT_FALSE(units.empty()) << rule->rule_id() << " at " << key;
        ASSERT_NE(city->OfficerOnDuty(units[0]->unit_id(), night).officer,
                  nullptr);
      }
    }
  }
}

TEST(CitySimTest, DaysAreReadableAndHoldWrongDataToo) {
  const auto city = Small();
  const std::string day = DayOfReports(*city, 500, 3);
  EXPECT_EQ(day, DayOfReports(*city, 500, 3));
  const auto table = CsvTable::Parse("day", day, {"source_id", "text"});
  ASSERT_OK(table);
  EXPECT_EQ(table->rows().size(), 500U);
  int empty = 0;
  std::string time;
  for (const auto& row : table->rows()) {
    empty += row.Get("text").empty();
    EXPECT_GE(row.Get("time"), time);
    time = row.Get("time");
  }
  EXPECT_GT(empty, 0);
  const auto labelled = CsvTable::Parse("l", LabelledTexts(1), {"label"});
  ASSERT_OK(labelled);
  EXPECT_GT(labelled->rows().size(), Categories().size() * 4 * 4);
}

TEST(CitySimTest, KnownAddressesLieInTheCity) {
  const auto city = Small();
  const std::string csv = KnownAddresses(*city, 3);
  EXPECT_EQ(csv, KnownAddresses(*city, 3));
  const auto table = CsvTable::Parse("a", csv, {"address", "latitude_deg"});
  ASSERT_OK(table);
  EXPECT_EQ(table->rows().size(), 1000U);
  int named = 0;
  for (const auto& row : table->rows()) {
    named += city->FindPlaces(row.Get("address")).empty() ? 0 : 1;
  }
  EXPECT_EQ(named, 1000);
}

TEST(CitySimTest, TheModelIsTrainedOnOtherWordsThanDaysArePlayedWith) {
  std::set<std::string> codes;
  for (const PastMatters& past : History()) codes.insert(past.category_code);
  for (const CategorySpec& spec : Categories()) {
    EXPECT_TRUE(codes.contains(spec.code)) << spec.code;
    for (size_t i = spec.phrases.size() / 2; i < spec.phrases.size(); ++i) {
      EXPECT_THAT(LabelledTexts(1), Not(HasSubstr(spec.phrases[i])));
    }
  }
}

}  // namespace
}  // namespace wangge::citysim
