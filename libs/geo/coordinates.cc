#include "geo/coordinates.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "absl/strings/str_cat.h"
#include "s2/s2latlng.h"

namespace wangge::geo {
namespace {

using common::v1::CoordinateSystem;

constexpr double kPi = std::numbers::pi;

// The Krasovsky 1940 ellipsoid, on which GCJ02's published formula is built.
constexpr double kSemiMajorMeters = 6378245.0;
constexpr double kEccentricitySquared = 0.00669342162296594323;
constexpr double kBaiduAngle = kPi * 3000.0 / 180.0;

double Waves(double v) {
  return (20.0 * std::sin(6.0 * v * kPi) + 20.0 * std::sin(2.0 * v * kPi)) *
         2.0 / 3.0;
}

double ShiftLatitude(double x, double y) {
  return -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y +
         0.2 * std::sqrt(std::abs(x)) + Waves(x) +
         (20.0 * std::sin(y * kPi) + 40.0 * std::sin(y / 3.0 * kPi)) * 2.0 /
             3.0 +
         (160.0 * std::sin(y / 12.0 * kPi) + 320 * std::sin(y * kPi / 30.0)) *
             2.0 / 3.0;
}

double ShiftLongitude(double x, double y) {
  return 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y +
         0.1 * std::sqrt(std::abs(x)) + Waves(x) +
         (20.0 * std::sin(x * kPi) + 40.0 * std::sin(x / 3.0 * kPi)) * 2.0 /
             3.0 +
         (150.0 * std::sin(x / 12.0 * kPi) + 300.0 * std::sin(x / 30.0 * kPi)) *
             2.0 / 3.0;
}

Point Gcj02ToWgs84(const Point& gcj02) {
  // The shift changes by less than 1 % over its own length, so that the fixed
  // point iteration gains two digits a step.
  Point guess = gcj02;
  for (int i = 0; i < 6; ++i) {
    const Point image = Wgs84ToGcj02(guess);
    guess.latitude_deg += gcj02.latitude_deg - image.latitude_deg;
    guess.longitude_deg += gcj02.longitude_deg - image.longitude_deg;
  }
  return guess;
}

Point Bd09ToGcj02(const Point& bd09) {
  const double x = bd09.longitude_deg - 0.0065;
  const double y = bd09.latitude_deg - 0.006;
  const double radius =
      std::sqrt(x * x + y * y) - 0.00002 * std::sin(y * kBaiduAngle);
  const double angle = std::atan2(y, x) - 0.000003 * std::cos(x * kBaiduAngle);
  return {radius * std::sin(angle), radius * std::cos(angle)};
}

absl::Status CheckRange(const Point& point) {
  if (!std::isfinite(point.latitude_deg) ||
      !std::isfinite(point.longitude_deg)) {
    return absl::InvalidArgumentError("is not a finite number");
  }
  const bool latitude_ok = std::abs(point.latitude_deg) <= 90;
  const bool longitude_ok = std::abs(point.longitude_deg) <= 180;
  if (latitude_ok && longitude_ok) return absl::OkStatus();
  const bool swapped = std::abs(point.longitude_deg) <= 90 &&
                       std::abs(point.latitude_deg) <= 180;
  return absl::InvalidArgumentError(absl::StrCat(
      "latitude ", point.latitude_deg, ", longitude ", point.longitude_deg,
      " is out of range", swapped ? "; the two look swapped" : ""));
}

}  // namespace

Reach ReachE7(const Point& point, double meters) {
  constexpr double kMetersPerDegree = 111'000;  // At least, along a meridian.
  const double high = meters / kMetersPerDegree * kE7;
  return {high,
          high / std::max(0.01, std::cos(point.latitude_deg * kPi / 180))};
}

double DistanceMeters(const Point& a, const Point& b) {
  return S2LatLng::FromDegrees(a.latitude_deg, a.longitude_deg)
             .GetDistance(
                 S2LatLng::FromDegrees(b.latitude_deg, b.longitude_deg))
             .radians() *
         kEarthRadiusMeters;
}

Point Wgs84ToGcj02(const Point& wgs84) {
  const double x = wgs84.longitude_deg - 105.0;
  const double y = wgs84.latitude_deg - 35.0;
  const double radians = wgs84.latitude_deg / 180.0 * kPi;
  const double sine = std::sin(radians);
  const double magic = 1 - kEccentricitySquared * sine * sine;
  const double root = std::sqrt(magic);
  const double meters_per_degree_north = kSemiMajorMeters *
                                         (1 - kEccentricitySquared) /
                                         (magic * root) * kPi / 180.0;
  const double meters_per_degree_east =
      kSemiMajorMeters / root * std::cos(radians) * kPi / 180.0;
  return {wgs84.latitude_deg + ShiftLatitude(x, y) / meters_per_degree_north,
          wgs84.longitude_deg + ShiftLongitude(x, y) / meters_per_degree_east};
}

Point Gcj02ToBd09(const Point& gcj02) {
  const double x = gcj02.longitude_deg;
  const double y = gcj02.latitude_deg;
  const double radius =
      std::sqrt(x * x + y * y) + 0.00002 * std::sin(y * kBaiduAngle);
  const double angle = std::atan2(y, x) + 0.000003 * std::cos(x * kBaiduAngle);
  return {radius * std::sin(angle) + 0.006, radius * std::cos(angle) + 0.0065};
}

absl::StatusOr<Point> ToWgs84(const common::v1::GeoPoint& point) {
  const Point raw{point.latitude_deg(), point.longitude_deg()};
  if (const absl::Status range = CheckRange(raw); !range.ok()) return range;
  switch (point.coordinate_system()) {
    case common::v1::COORDINATE_SYSTEM_WGS84:
    case common::v1::COORDINATE_SYSTEM_CGCS2000:
      return raw;
    case common::v1::COORDINATE_SYSTEM_GCJ02:
      return Gcj02ToWgs84(raw);
    case common::v1::COORDINATE_SYSTEM_BD09:
      return Gcj02ToWgs84(Bd09ToGcj02(raw));
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "coordinate system ", static_cast<int>(point.coordinate_system()),
          " is not known; state WGS84, CGCS2000, GCJ02 or BD09"));
  }
}

common::v1::GeoPoint ToGeoPoint(const Point& wgs84) {
  common::v1::GeoPoint point;
  point.set_latitude_deg(wgs84.latitude_deg);
  point.set_longitude_deg(wgs84.longitude_deg);
  point.set_coordinate_system(common::v1::COORDINATE_SYSTEM_WGS84);
  return point;
}

}  // namespace wangge::geo
