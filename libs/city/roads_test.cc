#include "city/roads.h"

#include "gmock/gmock.h"
#include "testing/proto.h"

namespace wangge::city {
namespace {

registry::v1::Place PlaceAt(const std::string& name, const std::string& kind,
                            double latitude, double longitude) {
  registry::v1::Place place;
  place.set_name(name);
  place.set_kind(kind);
  place.set_latitude_e7(static_cast<int>(latitude * 1e7));
  place.set_longitude_e7(static_cast<int>(longitude * 1e7));
  return place;
}

Roads RoadsOf(const std::vector<registry::v1::Place>& places) {
  std::vector<Roads::Spot> spots;
  for (const auto& place : places) spots.push_back(*Roads::SpotOf(place));
  return Roads(std::move(spots));
}

Roads TwoRoads() {
  return RoadsOf({PlaceAt("文化路97号", "building", 34.80, 113.60),
                  PlaceAt("文化路107号院", "building", 34.81, 113.60),
                  PlaceAt("文化路100号", "shop", 34.80, 113.61),
                  PlaceAt("农业路", "road", 34.805, 113.59),
                  PlaceAt("农业路", "road", 34.801, 113.601)});
}

TEST(RoadsTest, OnlyRoadsAndNumberedHousesAreOfRoads) {
  EXPECT_FALSE(
      Roads::SpotOf(PlaceAt("碧沙岗公园", "landmark", 34, 113)).has_value());
  EXPECT_FALSE(
      Roads::SpotOf(PlaceAt("西里小区2号院", "compound", 34, 113)).has_value());
  const auto spot = Roads::SpotOf(PlaceAt("文化路97号", "", 34, 113));
  ASSERT_TRUE(spot.has_value());
  EXPECT_EQ(spot->road, "文化路");
  EXPECT_EQ(spot->point.number, 97);
}

TEST(RoadsTest, AHouseStandsBetweenItsNeighboursOnItsSide) {
  const Roads roads = TwoRoads();
  const auto named = roads.Find("金水区文化路101号");
  ASSERT_EQ(named.size(), 1U);
  EXPECT_EQ(named[0].begin, 3U);
  EXPECT_EQ(named[0].end, 6U);
  const Road& road = *named[0].roads[0];
  EXPECT_DOUBLE_EQ(HouseOn(road, 97)->latitude_deg, 34.80);
  EXPECT_NEAR(HouseOn(road, 101)->latitude_deg, 34.804, 1e-9);
  EXPECT_DOUBLE_EQ(HouseOn(road, 101)->longitude_deg, 113.60);
  // The only even one is the nearest of its side.
  EXPECT_DOUBLE_EQ(HouseOn(road, 102)->longitude_deg, 113.61);
  EXPECT_FALSE(HouseOn(road, 300).has_value());
}

TEST(RoadsTest, RoadsMeetWhereTheirPointsAreNearest) {
  const Roads roads = TwoRoads();
  const auto named = roads.Find("文化路与农业路交叉口");
  ASSERT_EQ(named.size(), 2U);
  const auto crossing = CrossingOf(*named[0].roads[0], *named[1].roads[0]);
  ASSERT_TRUE(crossing.has_value());
  EXPECT_NEAR(crossing->latitude_deg, 34.8005, 1e-9);
  EXPECT_NEAR(crossing->longitude_deg, 113.6005, 1e-9);
}

TEST(RoadsTest, TownsHaveRoadsOfTheSameNames) {
  const Roads roads =
      RoadsOf({PlaceAt("建设路", "road", 34.801, 113.601),
               PlaceAt("建设路12号", "building", 34.805, 113.60),
               PlaceAt("建设路20号", "building", 34.51, 113.40),
               PlaceAt("人民路", "road", 34.805, 113.602),
               PlaceAt("人民路", "road", 34.51, 113.402)});
  const auto named = roads.Find("建设路与人民路交叉口");
  ASSERT_EQ(named.size(), 2U);
  ASSERT_EQ(named[0].roads.size(), 2U);
  ASSERT_EQ(named[1].roads.size(), 2U);
  const Road& south = *named[0].roads[0];
  const Road& north = *named[0].roads[1];
  // They meet in each town, not between towns; nor do houses stand there.
  EXPECT_NEAR(CrossingOf(south, *named[1].roads[0])->latitude_deg, 34.51, 1e-9);
  EXPECT_TRUE(CrossingOf(north, *named[1].roads[1]).has_value());
  EXPECT_FALSE(CrossingOf(south, *named[1].roads[1]).has_value());
  EXPECT_DOUBLE_EQ(HouseOn(north, 16)->latitude_deg, 34.805);
  EXPECT_DOUBLE_EQ(HouseOn(south, 16)->latitude_deg, 34.51);
}

}  // namespace
}  // namespace wangge::city
