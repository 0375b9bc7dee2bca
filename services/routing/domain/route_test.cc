#include "services/routing/domain/route.h"

#include <atomic>
#include <clocale>
#include <thread>

#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"
#include "testing/proto.h"
#include "testing/status.h"
#include "text/train/trainer.h"

namespace wangge::routing {
namespace {

using ::testing::ElementsAre;

class RouteTest : public ::testing::Test {
 protected:
  static std::vector<text::Example> Examples() {
    std::vector<text::Example> examples;
    for (const std::string where : {"一号院", "二号院", "三号院"}) {
      examples.push_back({where + "暖气不热热力管道漏水", "heat"});
      examples.push_back({where + "路灯坏了灯不亮", "light"});
    }
    return examples;
  }

  RoutePlan Run(const std::string& matter) const {
    return Route(*city_, *model_,
                 FromText<Matter>(matter + " time { seconds: 1795400000 }"));
  }

  std::shared_ptr<const city::City> city_ = MakeCity();
  std::shared_ptr<const text::Classifier> model_ = *text::Train(Examples());
};

TEST_F(RouteTest, AnAddressAloneFindsUnitAndOfficer) {
  const RoutePlan plan =
      Run("text: '3单元热力管道漏水' address: '诗圣大道开普西一区5号楼'");
  EXPECT_EQ(plan.disposition(), v1::DISPOSITION_AUTO);
  EXPECT_EQ(plan.category_code(), "heat");
  EXPECT_EQ(plan.place().method(), v1::PLACE_METHOD_WORDS);
  EXPECT_THAT(plan.place().grid_ids(), ElementsAre("c", "d1", "s1"));
  EXPECT_EQ(plan.district_code(), "410105");
  EXPECT_EQ(plan.lead().unit_id(), "h1");
  EXPECT_EQ(plan.lead().officer_id(), "o1");
  EXPECT_EQ(plan.lead().rule_id(), "r1");
  ASSERT_EQ(plan.co_handlers_size(), 1);
  EXPECT_EQ(plan.co_handlers(0).unit_id(), "lift");
  EXPECT_TRUE(plan.cross_department());
  EXPECT_TRUE(plan.cross_level());
  EXPECT_FALSE(plan.cross_region());
}

TEST_F(RouteTest, EqualNamesNeedAPersonUnlessTheDistrictIsNamed) {
  const RoutePlan unsure = Run("text: '暖气不热' address: '王庄村'");
  EXPECT_EQ(unsure.disposition(), v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(unsure.place_candidates_size(), 2);
  const RoutePlan sure = Run("text: '暖气不热' address: '中牟县王庄村'");
  EXPECT_EQ(sure.disposition(), v1::DISPOSITION_AUTO);
  EXPECT_EQ(sure.district_code(), "410122");
  const RoutePlan by_grid =
      Run("text: '暖气不热' address: '王庄村' reporter_grid_id: 's2'");
  EXPECT_EQ(by_grid.district_code(), "410122");
}

TEST_F(RouteTest, UnknownPlaceOrTextNeedsAPerson) {
  EXPECT_EQ(Run("text: '暖气不热'").operator_reason(), "place_unknown");
  const RoutePlan nothing = Run("text: '' address: '开普西一区'");
  EXPECT_EQ(nothing.disposition(), v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(nothing.operator_reason(), "category_unknown");
}

TEST_F(RouteTest, ExcludedUnitsGiveWayToTheTerritory) {
  const RoutePlan plan =
      Run("text: '暖气不热' address: '开普西一区' excluded_unit_ids: 'h1'");
  EXPECT_EQ(plan.lead().unit_id(), "os1");
  EXPECT_EQ(plan.lead().rule_id(), "territorial fallback");
}

TEST_F(RouteTest, DepartmentMattersAreNeverPushedDownToAGrid) {
  const RoutePlan plan = Run("text: '路灯不亮灯不亮' address: '开普西一区'");
  EXPECT_EQ(plan.category_code(), "light");
  EXPECT_EQ(plan.lead().unit_id(), "os1");
}

TEST_F(RouteTest, AnAssetWithoutOwnerIsConsulted) {
  const RoutePlan plan = Run(
      "text: '路灯灯不亮' point { latitude_deg: 34.15 longitude_deg: 113.15 "
      "coordinate_system: COORDINATE_SYSTEM_WGS84 }");
  EXPECT_EQ(plan.disposition(), v1::DISPOSITION_CONSULT);
}

TEST_F(RouteTest, TheSameInputsGiveTheSameBytes) {
  const std::string matter = "text: '暖气不热' address: '王庄村开普西一区'";
  EXPECT_EQ(Run(matter).SerializeAsString(), Run(matter).SerializeAsString());
}

TEST_F(RouteTest, OddTextsGetAPlanAndAPersonLooksAtIt) {
  std::string endless;
  while (endless.size() < 3 * 4000) endless += "很";
  int candidates = 0;
  for (const std::string& text :
       {std::string(), std::string("13800000000"), std::string("😀😀😀"),
        std::string("nuan qi bu re"), endless, std::string("\\n\\t  "),
        std::string("<script>alert(1)</script>"), std::string("？！。，"),
        std::string("上海市浦东新区世纪大道100号")}) {
    const RoutePlan plan = Run("text: '" + text + "'");
    EXPECT_EQ(plan.disposition(), v1::DISPOSITION_NEEDS_OPERATOR) << text;
    EXPECT_FALSE(plan.operator_reason().empty());
    EXPECT_EQ(plan.district_code(), "410100");
    for (const auto& candidate : plan.category_candidates()) {
      EXPECT_GE(candidate.probability(), 0);
      EXPECT_LE(candidate.probability(), 1);
      ++candidates;
    }
  }
  EXPECT_GT(candidates, 0);
}

TEST_F(RouteTest, FullWidthTraditionalMistypedHtmlAndEmojiDoNotHideTheMatter) {
  for (const char* text :
       {"<b>暖气</b>不热，热力管道漏水", "暖气不热😡，热力管道漏水",
        "暖氣不熱，熱力管道漏水", "暖汽不热，热力管到漏水，暖气",
        "暖气不热！！！热力管道漏水，电话１３８００００００００"}) {
    const RoutePlan plan =
        Run(absl::StrCat("text: '", text, "' address: '开普西一区'"));
    EXPECT_EQ(plan.category_code(), "heat") << text;
    EXPECT_EQ(plan.disposition(), v1::DISPOSITION_AUTO) << text;
  }
}

TEST_F(RouteTest, AModelOlderThanTheCityNamesNoCategoryThatIsGone) {
  auto examples = Examples();
  for (const std::string where : {"一号院", "二号院", "三号院"}) {
    examples.push_back({where + "公交车不来", "bus"});
  }
  const auto older = *text::Train(examples);
  // It would name it, first of all.
  ASSERT_EQ(older->Predict("公交车不来").at(0).label, "bus");
  const RoutePlan plan =
      Route(*city_, *older,
            FromText<Matter>("text: '公交车不来' address: '开普西一区' "
                             "time { seconds: 1795400000 }"));
  for (const auto& candidate : plan.category_candidates()) {
    EXPECT_NE(candidate.category_code(), "bus");
  }
}

TEST_F(RouteTest, AUnitWithoutPeopleIsAnsweredAtItsDesk) {
  const RoutePlan plan = Run("text: '路灯不亮灯不亮' address: '开普西一区'");
  EXPECT_EQ(plan.lead().unit_id(), "os1");
  EXPECT_EQ(plan.lead().officer_id(), "");
  EXPECT_THAT(plan.trace(), ::testing::Contains(::testing::Property(
                                &v1::TraceStep::finding,
                                "nobody is on duty: the unit's desk")));
}

// Matters of all kinds, some of them ambiguous.
std::vector<std::string> Matters() {
  return {"text: '暖气不热' address: '王庄村开普西一区'",
          "text: '路灯灯不亮' point { latitude_deg: 34.15 longitude_deg: "
          "113.15 coordinate_system: COORDINATE_SYSTEM_WGS84 }",
          "text: '热力管道漏水，路灯不亮' address: '王庄村'", "text: ''"};
}

TEST_F(RouteTest, ThreadsAndLocalesDoNotChangeAByte) {
  std::vector<std::string> plain;
  for (const auto& matter : Matters()) {
    plain.push_back(Run(matter).SerializeAsString());
  }
  const std::string before = std::setlocale(LC_ALL, nullptr);
  std::setlocale(LC_ALL, "C.UTF-8");
  std::vector<std::thread> threads;
  std::atomic<int> differences = 0;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (size_t i = 0; i < plain.size(); ++i) {
        if (Run(Matters()[i]).SerializeAsString() != plain[i]) ++differences;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  std::setlocale(LC_ALL, before.c_str());
  EXPECT_EQ(differences, 0);
}

TEST_F(RouteTest, HowTheCityCameAboutDoesNotChangeAByte) {
  // Made anew, and changed there and back again, with other positions inside.
  const city::RowMap rows = city_->rows().Sorted();
  city::Changes away;
  city::Changes back;
  for (const auto& [key, row] : rows) {
    if (row->has_place() || row->has_rule() || row->has_asset()) {
      away.removals.push_back(key);
      back.upserts[key] = row;
    }
  }
  const auto without = city_->With({}, away);
  ASSERT_OK(without);
  const auto again = (*without)->With({}, back);
  ASSERT_OK(again);
  for (const auto& matter : Matters()) {
    const Matter read = FromText<Matter>(matter + " time { seconds: 1 }");
    EXPECT_EQ(Route(*city_, *model_, read).SerializeAsString(),
              Route(**again, *model_, read).SerializeAsString());
  }
}

}  // namespace
}  // namespace wangge::routing
