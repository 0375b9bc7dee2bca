#include "geo/geojson.h"

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::geo {
namespace {

constexpr auto kWgs84 = common::v1::COORDINATE_SYSTEM_WGS84;

std::string Collection(const std::string& geometry) {
  return R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"name":"a","count":3},"geometry":)" +
         geometry + "}]}";
}

TEST(GeoJsonTest, ReadsPolygonsAndRoundTrips) {
  const auto features =
      ReadGeoJson("f", Collection(R"({"type":"Polygon","coordinates":
        [[[113,34],[113.1,34],[113.1,34],[113.1,34.1],[113,34]]]})"),
                  kWgs84);
  ASSERT_OK(features);
  ASSERT_EQ(features->size(), 1U);
  EXPECT_EQ(features->front().properties.at("count"), "3");
  const auto& ring = features->front().polygons[0].rings(0);
  EXPECT_EQ(ring.coordinates_e7_size(), 6);  // Closing and doubled points gone.
  const auto again = ReadGeoJson("g", WriteGeoJson(*features), kWgs84);
  ASSERT_OK(again);
  EXPECT_EQ(again->front().polygons[0].SerializeAsString(),
            features->front().polygons[0].SerializeAsString());
}

TEST(GeoJsonTest, FaultsNameFileAndFeature) {
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ReadGeoJson("f", "{\"features\":[", kWgs84),
              StatusIs(code, "f: is not JSON"));
  EXPECT_THAT(ReadGeoJson("f", "[]", kWgs84), StatusIs(code, "not a GeoJSON"));
  EXPECT_THAT(
      ReadGeoJson("f", Collection(R"({"type":"Point","coordinates":[1,2]})"),
                  kWgs84),
      StatusIs(code, "f: feature 1: its geometry is `Point`"));
  EXPECT_THAT(ReadGeoJson("f", Collection(R"({"type":"Polygon","coordinates":
                  [[[113,34],[113,34]]]})"),
                          kWgs84),
              StatusIs(code, "three corners"));
  EXPECT_THAT(ReadGeoJson("f", Collection(R"({"type":"Polygon","coordinates":
                  [[[34,113],[35,113],[35,114]]]})"),
                          kWgs84),
              StatusIs(code, "swapped"));
}

}  // namespace
}  // namespace wangge::geo
