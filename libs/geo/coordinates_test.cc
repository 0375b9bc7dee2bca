#include "geo/coordinates.h"

#include <limits>

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::geo {
namespace {

using common::v1::CoordinateSystem;
using common::v1::GeoPoint;

GeoPoint Make(const Point& p, CoordinateSystem system) {
  GeoPoint point = ToGeoPoint(p);
  point.set_coordinate_system(system);
  return point;
}

// Zhengzhou's railway station and corners of the country.
constexpr Point kPoints[] = {
    {34.7466, 113.6580}, {39.9087, 116.3975}, {22.5431, 114.0579},
    {43.8256, 87.6168},  {30.5728, 104.0668},
};

TEST(CoordinatesTest, Gcj02IsInvertedWithinAMillimetre) {
  for (const Point& p : kPoints) {
    const Point gcj = Wgs84ToGcj02(p);
    EXPECT_GT(DistanceMeters(p, gcj), 50);  // The shift itself is large.
    EXPECT_LT(DistanceMeters(gcj, p), 1000);
    const auto back = ToWgs84(Make(gcj, common::v1::COORDINATE_SYSTEM_GCJ02));
    ASSERT_OK(back);
    EXPECT_LT(DistanceMeters(*back, p), 0.001);
  }
}

TEST(CoordinatesTest, Bd09IsInvertedWithinHalfAMetre) {
  for (const Point& p : kPoints) {
    const auto back = ToWgs84(
        Make(Gcj02ToBd09(Wgs84ToGcj02(p)), common::v1::COORDINATE_SYSTEM_BD09));
    ASSERT_OK(back);
    EXPECT_LT(DistanceMeters(*back, p), 0.5);
  }
}

TEST(CoordinatesTest, TheShiftOfAKnownPlace) {
  // Tiananmen, a point quoted widely for the published formula.
  const Point gcj = Wgs84ToGcj02({39.907333, 116.391083});
  EXPECT_NEAR(gcj.latitude_deg, 39.908737, 2e-5);
  EXPECT_NEAR(gcj.longitude_deg, 116.397326, 2e-5);
}

TEST(CoordinatesTest, FaultsAreNamed) {
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(ToWgs84(Make({34, 113}, CoordinateSystem(0))),
              StatusIs(code, "not known"));
  EXPECT_THAT(ToWgs84(Make({34, 113}, CoordinateSystem(77))),
              StatusIs(code, "77"));
  EXPECT_THAT(ToWgs84(Make({113.6, 34.7}, common::v1::COORDINATE_SYSTEM_WGS84)),
              StatusIs(code, "swapped"));
  EXPECT_THAT(ToWgs84(Make({std::numeric_limits<double>::quiet_NaN(), 1},
                           common::v1::COORDINATE_SYSTEM_WGS84)),
              StatusIs(code, "finite"));
}

}  // namespace
}  // namespace wangge::geo
