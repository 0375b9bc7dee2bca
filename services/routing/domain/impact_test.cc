#include "services/routing/domain/impact.h"

#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"
#include "testing/proto.h"

namespace wangge::routing {
namespace {

using ::testing::ElementsAre;

const absl::Time kNow = absl::FromUnixSeconds(1'795'400'000);

// `place category: before → after` of all that are listed.
std::vector<std::string> MovesOf(const v1::PreviewChangeResponse& impact) {
  std::vector<std::string> moves;
  for (const auto& move : impact.place_moves()) {
    moves.push_back(absl::StrCat(move.place_id(), " ", move.category_code(),
                                 ": ", move.unit_id_before(), " → ",
                                 move.unit_id_after()));
  }
  return moves;
}

TEST(ImpactTest, TheSameCityChangesNothing) {
  const auto city = MakeCity();
  const auto impact = ImpactOf(*city, *city, kNow);
  EXPECT_EQ(impact.place_move_count(), 0);
  EXPECT_EQ(impact.new_fault_count(), 0);
  EXPECT_EQ(impact.fallback_cell_count_before(),
            impact.fallback_cell_count_after());
  // Nobody heats or lights the second district.
  EXPECT_GT(impact.fallback_cell_count_before(), 0);
}

TEST(ImpactTest, ARuleMovesThePlacesItDecidesFor) {
  const auto impact =
      ImpactOf(*MakeCity(),
               *MakeCity({"rule { rule_id: 'r1' category_code: 'heat' "
                          "function: 'property' role: RULE_ROLE_LEAD }"}),
               kNow);
  // Both places of the first district; the second one has no such unit.
  EXPECT_THAT(MovesOf(impact),
              ElementsAre("p1 heat: h1 → lift", "v1 heat: h1 → lift"));
  EXPECT_EQ(impact.place_move_count(), 2);
  EXPECT_EQ(impact.place_moves(0).place_name(), "开普西一区");
  EXPECT_EQ(impact.place_moves(0).category_name(), "供热");
}

TEST(ImpactTest, AUnitThatNobodyWorksInIsANewFault) {
  const auto impact = ImpactOf(
      *MakeCity(),
      *MakeCity({"unit { unit_id: 'h2' name: '中牟热力' parent_unit_id: 'oc' "
                 "kind: UNIT_KIND_UTILITY level: UNIT_LEVEL_DISTRICT function: "
                 "'heating' jurisdiction_grid_ids: 'd2' }"}),
      kNow);
  EXPECT_EQ(impact.fallback_cell_count_after(),
            impact.fallback_cell_count_before() - 1);
  ASSERT_EQ(impact.new_fault_count(), 1);
  EXPECT_EQ(impact.new_faults(0).kind(),
            registry::v1::CITY_FAULT_KIND_NO_OFFICER);
  EXPECT_THAT(MovesOf(impact), ElementsAre("v2 heat: oc → h2"));
}

TEST(ImpactTest, NoMoreThanTheLimitAreListedAndAllAreCounted) {
  std::vector<std::string> places;
  for (int i = 0; i < kMaxPlaceMoves + 5; ++i) {
    places.push_back(absl::StrCat(
        "place { place_id: 'x", absl::Dec(i, absl::kZeroPad6),
        "' name: '某处' latitude_e7: 341000000 longitude_e7: 1131000000 }"));
  }
  const auto before = MakeCity(places);
  places.push_back(
      "rule { rule_id: 'r1' category_code: 'heat' function: 'property' role: "
      "RULE_ROLE_LEAD }");
  const auto impact = ImpactOf(*before, *MakeCity(places), kNow);
  EXPECT_EQ(impact.place_moves_size(), kMaxPlaceMoves);
  EXPECT_EQ(impact.place_move_count(), kMaxPlaceMoves + 7);
  EXPECT_EQ(impact.place_moves(0).place_id(), "p1");
}

}  // namespace
}  // namespace wangge::routing
