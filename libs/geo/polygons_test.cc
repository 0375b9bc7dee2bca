#include "geo/polygons.h"

#include <cmath>

#include "geo/polygon_index.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::geo {
namespace {

// Rings of longitude, latitude pairs in degrees; the first one is the shell.
using Ring = std::vector<std::pair<double, double>>;

Polygons Make(const std::vector<std::vector<Ring>>& parts) {
  Polygons polygons;
  for (const auto& rings : parts) {
    auto* polygon = polygons.Add();
    for (const Ring& corners : rings) {
      auto* ring = polygon->add_rings();
      for (const auto& [x, y] : corners) {
        ring->add_coordinates_e7(static_cast<int32_t>(std::lround(x * 1e7)));
        ring->add_coordinates_e7(static_cast<int32_t>(std::lround(y * 1e7)));
      }
    }
  }
  return polygons;
}

Ring Box(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}};
}

TEST(PolygonsTest, GoodOnesAreTakenWhicheverWayTheyTurn) {
  const Ring shell = Box(113, 34, 114, 35);
  const Ring hole = Box(113.4, 34.4, 113.6, 34.6);
  EXPECT_OK(ValidatePolygons(Make({{shell}})));
  EXPECT_OK(ValidatePolygons(Make({{Ring(shell.rbegin(), shell.rend())}})));
  EXPECT_OK(ValidatePolygons(Make({{shell, hole}})));
  EXPECT_OK(
      ValidatePolygons(Make({{shell, Ring(hole.rbegin(), hole.rend())}})));
  // Parts apart, and one in the hole of the other.
  EXPECT_OK(ValidatePolygons(Make({{shell}, {Box(115, 34, 116, 35)}})));
  EXPECT_OK(ValidatePolygons(
      Make({{shell, hole}, {Box(113.45, 34.45, 113.55, 34.55)}})));
}

TEST(PolygonsTest, FaultsAreNamed) {
  const Ring shell = Box(113, 34, 114, 35);
  const struct {
    Polygons polygons;
    const char* words;
  } rows[] = {
      {Make({}), "no polygon"},
      {Make({{}}), "without rings"},
      {Make({{{{113, 34}, {114, 34}}}}), "ring 1 has fewer than three"},
      {Make({{{{113, 34}, {114, 35}, {114, 34}, {113, 35}}}}),
       "ring 1 is not simple"},
      {Make({{{{113, 34}, {114, 34}, {113, 34}, {113.5, 34.5}}}}),
       "ring 1 is not simple"},
      {Make({{{{179, 34}, {-179, 34}, {-179, 35}, {179, 35}}}}),
       "antimeridian"},
      {Make({{shell, Box(114.2, 34.2, 114.4, 34.4)}}),
       "ring 2 is a hole, but not inside"},
      {Make({{shell, Box(113.8, 34.2, 114.4, 34.4)}}), "rings that cross"},
      {Make({{shell, Box(113.2, 34.2, 113.5, 34.5),
              Box(113.4, 34.4, 113.6, 34.6)}}),
       "rings that cross"},
      // Found by the fuzzer: S2 ends the process on equal rings.
      {Make({{shell}, {shell}}), "rings that share an edge"},
      {Make({{shell}, {Box(113.5, 34.5, 114.5, 35.5)}}), "rings that cross"},
  };
  for (const auto& row : rows) {
    EXPECT_THAT(ValidatePolygons(row.polygons),
                StatusIs(absl::StatusCode::kInvalidArgument, row.words));
  }
}

TEST(PolygonsTest, RepairedOnesAreGood) {
  const Polygons hourglass =
      Make({{{{113, 34}, {114, 35}, {114, 34}, {113, 35}}}});
  EXPECT_FALSE(ValidatePolygons(hourglass).ok());
  EXPECT_OK(ValidatePolygons(Repaired(hourglass)));
  const Polygons outside =
      Make({{Box(113, 34, 114, 35), Box(113.8, 34.2, 114.4, 34.4)}});
  EXPECT_OK(ValidatePolygons(Repaired(outside)));
}

// As a coast traced from a picture.
TEST(PolygonsTest, AMillionCornersAreAPolygonLikeAnother) {
  constexpr int kCorners = 1'000'000;
  Ring coast;
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * M_PI * i / kCorners;
    const double radius = 0.5 + (i % 2 == 0 ? 0 : 1e-4);
    coast.emplace_back(113.5 + radius * std::cos(angle),
                       34.5 + radius * std::sin(angle));
  }
  const Polygons polygons = Make({{coast}});
  ASSERT_OK(ValidatePolygons(polygons));
  const PolygonIndex index({{7, &polygons}});
  EXPECT_THAT(index.Find({34.5, 113.5}), ::testing::ElementsAre(7));
  EXPECT_THAT(index.Find({34.5, 114.1}), ::testing::IsEmpty());
}

}  // namespace
}  // namespace wangge::geo
