#include "services/routing/domain/route.h"

#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"
#include "testing/proto.h"
#include "testing/status.h"

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
  std::shared_ptr<const text::Classifier> model_ =
      *text::Classifier::Train(Examples());
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
  EXPECT_EQ(Run("text: '暖气不热'").operator_reason(), "the place is unknown");
  const RoutePlan nothing = Run("text: '' address: '开普西一区'");
  EXPECT_EQ(nothing.disposition(), v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(nothing.operator_reason(), "no category was recognised");
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

}  // namespace
}  // namespace wangge::routing
