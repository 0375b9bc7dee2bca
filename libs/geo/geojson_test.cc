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

// As in New York's precincts: a part of some nanometres' width.
TEST(GeoJsonTest, PartsWithoutAreaOnTheGridAreLeftOut) {
  const auto features = ReadGeoJson("f", Collection(R"({"type":"MultiPolygon",
      "coordinates":[[[[113,34],[113.1,34],[113.1,34.1]],
                      [[113.05,34.01],[113.05,34.010000001],[113.050000001,34.01]]],
                     [[[114,34],[114.000000002,34],[114,34.000000002]]]]})"),
                                    kWgs84);
  ASSERT_OK(features);
  ASSERT_EQ(features->front().polygons.size(), 1U);
  EXPECT_EQ(features->front().polygons[0].rings_size(), 1);
}

TEST(GeoJsonTest, TheFileNamesItsSystem) {
  const auto with_crs = [](const std::string& crs) {
    std::string text = Collection(
        R"({"type":"Polygon","coordinates":[[[113,34],[113.1,34],[113,34.1]]]})");
    return text.insert(1, "\"crs\":" + crs + ",");
  };
  const auto kNone = common::v1::COORDINATE_SYSTEM_UNSPECIFIED;
  EXPECT_OK(ReadGeoJson(
      "f",
      with_crs(R"({"properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}})"),
      kNone));
  EXPECT_OK(ReadGeoJson("f", with_crs("null"), kNone));
  EXPECT_THAT(
      ReadGeoJson("f", with_crs(R"({"properties":{"name":"EPSG:2263"}})"),
                  kNone),
      StatusIs(absl::StatusCode::kInvalidArgument, "EPSG:2263"));
}

TEST(GeoJsonTest, MembersOfTheWrongKindAreFaults) {
  for (const char* geometry :
       {R"({"type":7})", R"({"type":"Polygon","coordinates":"x"})",
        R"({"type":"MultiPolygon","coordinates":[7]})",
        R"({"type":"Polygon","coordinates":[[["a","b"]]]})"}) {
    EXPECT_FALSE(ReadGeoJson("f", Collection(geometry), kWgs84).ok())
        << geometry;
  }
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
                  [[[113,34],[113,34],[113,34],[113,34]]]})"),
                          kWgs84),
              StatusIs(code, "no area"));
  EXPECT_THAT(ReadGeoJson("f", Collection(R"({"type":"Polygon","coordinates":
                  [[[34,113],[35,113],[35,114]]]})"),
                          kWgs84),
              StatusIs(code, "swapped"));
}

TEST(GeoJsonTest, SwappedAxesAndCutFilesAreTold) {
  constexpr auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ReadGeoJson("f", Collection(R"({"type":"Polygon","coordinates":
                  [[[34,113],[34,113.1],[34.1,113.1]]]})"),
                          kWgs84),
              StatusIs(code, "f: feature 1: "));
  const std::string whole = Collection(R"({"type":"Polygon","coordinates":
      [[[113,34],[113.1,34],[113.1,34.1]]]})");
  for (size_t size = 0; size < whole.size(); size += 7) {
    EXPECT_THAT(ReadGeoJson("f", whole.substr(0, size), kWgs84),
                StatusIs(code, "cut off"));
  }
}

}  // namespace
}  // namespace wangge::geo
