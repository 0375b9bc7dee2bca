#include "geo/polygon_index.h"

#include <initializer_list>

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Ring = std::initializer_list<std::pair<double, double>>;  // lng, lat.

Polygons Make(std::initializer_list<Ring> rings) {
  Polygons polygons;
  auto* polygon = polygons.Add();
  for (const Ring& ring : rings) {
    auto* out = polygon->add_rings();
    for (const auto& [lng, lat] : ring) {
      out->add_coordinates_e7(static_cast<int>(lng * 1e7));
      out->add_coordinates_e7(static_cast<int>(lat * 1e7));
    }
  }
  return polygons;
}

TEST(PolygonIndexTest, HolesAreOutsideAndOrientationDoesNotMatter) {
  PolygonIndex index;
  index.Add(
      7, Make({{{113, 34}, {113, 35}, {114, 35}, {114, 34}},
               {{113.4, 34.4}, {113.6, 34.4}, {113.6, 34.6}, {113.4, 34.6}}}));
  index.Build();
  EXPECT_THAT(index.Find({34.2, 113.2}), ElementsAre(7));
  EXPECT_THAT(index.Find({34.5, 113.5}), IsEmpty());
  EXPECT_THAT(index.Find({36, 113.5}), IsEmpty());
}

TEST(PolygonIndexTest, PointsOfASharedEdgeBelongToOnePolygon) {
  PolygonIndex index;
  index.Add(1, Make({{{113, 34}, {113.5, 34}, {113.5, 35}, {113, 35}}}));
  index.Add(2, Make({{{113.5, 34}, {114, 34}, {114, 35}, {113.5, 35}}}));
  index.Build();
  for (int i = 1; i < 100; ++i) {
    EXPECT_THAT(index.Find({34 + i / 100.0, 113.5}), SizeIs(1));
  }
}

TEST(PolygonIndexTest, FaultyRingsAreRefused) {
  const auto code = absl::StatusCode::kInvalidArgument;
  EXPECT_OK(ValidatePolygons(Make({{{113, 34}, {114, 34}, {114, 35}}})));
  EXPECT_THAT(
      ValidatePolygons(Make({{{113, 34}, {114, 35}, {114, 34}, {113, 35}}})),
      StatusIs(code, "ring 1 is not simple"));
  EXPECT_THAT(ValidatePolygons(Make({{{113, 34}, {114, 34}}})),
              StatusIs(code, "three corners"));
  EXPECT_THAT(ValidatePolygons(Polygons()), StatusIs(code, "no polygon"));
}

TEST(PolygonIndexTest, DistanceToTheNearestEdge) {
  const Polygons square = Make({{{113, 34}, {114, 34}, {114, 35}, {113, 35}}});
  EXPECT_NEAR(EdgeDistanceMeters(square, {34.5, 113.001}), 91.6, 1);
}

}  // namespace
}  // namespace wangge::geo
