// Coordinate systems of China and their conversion to WGS84.
//
// Accuracy, measured by the tests: WGS84 and CGCS2000 are taken as equal (they
// differ by less than 0.2 m in China); GCJ02 is inverted by iteration to better
// than 1 mm of its forward formula; BD09 to better than 0.5 m.
#pragma once

#include "absl/status/statusor.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::geo {

// A point in degrees, WGS84 unless said otherwise.
struct Point {
  double latitude_deg = 0;
  double longitude_deg = 0;
};

// What "_e7" means in the contracts: units of 1e-7 degree.
inline constexpr double kE7 = 1e7;
// The mean radius, as S2 has it.
inline constexpr double kEarthRadiusMeters = 6'371'010;

// How far, in 1e-7 degree of latitude and of longitude, points within `meters`
// of `point` lie from it at most.
struct Reach {
  double high = 0;
  double wide = 0;
};
Reach ReachE7(const Point& point, double meters);

// Great-circle distance on a sphere of kEarthRadiusMeters.
double DistanceMeters(const Point& a, const Point& b);

// The forward formulas; the source system's points as WGS84 sees them.
Point Wgs84ToGcj02(const Point& wgs84);
Point Gcj02ToBd09(const Point& gcj02);

// A point of any known system in WGS84. INVALID_ARGUMENT when the system is not
// stated or unknown, when a number is not finite or out of range, or when both
// numbers look swapped; the message says which.
absl::StatusOr<Point> ToWgs84(const common::v1::GeoPoint& point);

// The wire's form, WGS84.
common::v1::GeoPoint ToGeoPoint(const Point& wgs84);

}  // namespace wangge::geo
