#include "city/responsibility.h"

#include "gmock/gmock.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

// A city with one district, whose urban office answers for manholes, with the
// water works beside it. Manhole `m` belongs to the water works, `n` to nobody.
class ResponsibilityTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* row :
         {"grid { grid_id: 'c' grid_code: '1' layer: GRID_LAYER_GOVERNANCE "
          "level: GRID_LEVEL_CITY }",
          "grid { grid_id: 'd' grid_code: '2' parent_grid_id: 'c' layer: "
          "GRID_LAYER_GOVERNANCE level: GRID_LEVEL_DISTRICT }",
          "unit { unit_id: 'oc' name: 'city centre' kind: "
          "UNIT_KIND_OPERATION_CENTRE level: UNIT_LEVEL_CITY function: "
          "'operation_centre' jurisdiction_grid_ids: 'c' }",
          "unit { unit_id: 'od' name: 'district centre' parent_unit_id: 'oc' "
          "kind: UNIT_KIND_OPERATION_CENTRE level: UNIT_LEVEL_DISTRICT "
          "function: 'operation_centre' jurisdiction_grid_ids: 'd' }",
          "unit { unit_id: 'urban' name: 'urban office' parent_unit_id: 'od' "
          "kind: UNIT_KIND_DEPARTMENT level: UNIT_LEVEL_DISTRICT function: "
          "'urban' jurisdiction_grid_ids: 'd' }",
          "unit { unit_id: 'water' name: 'water works' parent_unit_id: 'oc' "
          "kind: UNIT_KIND_DEPARTMENT level: UNIT_LEVEL_CITY function: "
          "'water' jurisdiction_grid_ids: 'c' }",
          "category { category_code: 'manhole' kind: CATEGORY_KIND_ASSET "
          "handle_limit_minutes: 60 }",
          "category { category_code: 'noise' kind: CATEGORY_KIND_INCIDENT "
          "handle_limit_minutes: 60 }",
          "rule { rule_id: 'city' category_code: 'manhole' function: 'water' "
          "role: RULE_ROLE_LEAD }",
          "rule { rule_id: 'district' category_code: 'manhole' grid_id: 'd' "
          "function: 'urban' role: RULE_ROLE_LEAD basis: 'by law' }",
          "rule { rule_id: 'joint' category_code: 'manhole' function: 'water' "
          "role: RULE_ROLE_CO_HANDLER }",
          "asset { asset_id: 'm' name: 'manhole m' category_code: 'manhole' "
          "owner_unit_id: 'water' latitude_e7: 340000000 longitude_e7: "
          "1130000000 }",
          "asset { asset_id: 'n' name: 'manhole n' category_code: 'manhole' "
          "latitude_e7: 341000000 longitude_e7: 1130000000 }"}) {
      AddRow(FromText<CityRow>(row), &rows_);
    }
    const auto city = City::Build({}, rows_);
    ASSERT_OK(city);
    city_ = *city;
  }

  Responsibility Find(const std::string& category, const std::string& grid,
                      const geo::Point* point = nullptr,
                      const std::vector<std::string>& excluded = {}) {
    std::vector<const std::string*> ids;
    for (const std::string& id : excluded) ids.push_back(&id);
    considered_.clear();
    return FindResponsible(*city_,
                           {*city_->FindCategory(category),
                            city_->ChainOf(*city_->FindGrid(grid)), point, ids},
                           [&](std::string subject, std::string finding) {
                             considered_.emplace_back(std::move(subject),
                                                      std::move(finding));
                           });
  }

  RowMap rows_;
  std::shared_ptr<const City> city_;
  std::vector<std::pair<std::string, std::string>> considered_;
};

TEST_F(ResponsibilityTest, TheDeepestRuleDecides) {
  const Responsibility in_district = Find("manhole", "d");
  EXPECT_EQ(in_district.lead.unit->unit_id(), "urban");
  EXPECT_EQ(in_district.lead.rule_id, "district");
  EXPECT_EQ(in_district.lead.reason, "by law");
  EXPECT_THAT(considered_, Contains(Pair("rule city", HasSubstr("after"))));
  const Responsibility in_city = Find("manhole", "c");
  EXPECT_EQ(in_city.lead.unit->unit_id(), "water");
  EXPECT_FALSE(in_city.fallback);
}

TEST_F(ResponsibilityTest, CoHandlersJoinTheLead) {
  const Responsibility found = Find("manhole", "d");
  ASSERT_EQ(found.co_handlers.size(), 1U);
  EXPECT_EQ(found.co_handlers[0].unit->unit_id(), "water");
  EXPECT_EQ(found.co_handlers[0].rule_id, "joint");
}

TEST_F(ResponsibilityTest, AnAssetsOwnerGoesBeforeTheRules) {
  const geo::Point at_m{34.0001, 113};
  const Responsibility found = Find("manhole", "d", &at_m);
  EXPECT_EQ(found.lead.unit->unit_id(), "water");
  EXPECT_EQ(found.lead.rule_id, "asset m");
  const geo::Point far_from_m{34.001, 113};
  EXPECT_EQ(Find("manhole", "d", &far_from_m).lead.rule_id, "district");
}

TEST_F(ResponsibilityTest, AnAssetWithoutOwnerIsToldAndLeftToTheRules) {
  const geo::Point at_n{34.1, 113};
  const Responsibility found = Find("manhole", "d", &at_n);
  EXPECT_TRUE(found.asset_without_owner);
  EXPECT_EQ(found.lead.rule_id, "district");
}

TEST_F(ResponsibilityTest, AUnitThatReturnedTheMatterIsPassedOver) {
  const Responsibility found = Find("manhole", "d", nullptr, {"urban"});
  EXPECT_EQ(found.lead.unit->unit_id(), "water");
  EXPECT_THAT(considered_,
              Contains(Pair("rule district", HasSubstr("has returned it"))));
}

TEST_F(ResponsibilityTest, WithoutARuleTheOperationCentreOfThePlaceAnswers) {
  const Responsibility found = Find("noise", "d");
  EXPECT_TRUE(found.fallback);
  EXPECT_EQ(found.lead.unit->unit_id(), "od");
  EXPECT_TRUE(Find("manhole", "d", nullptr, {"urban", "water"}).fallback);
}

}  // namespace
}  // namespace wangge::city
