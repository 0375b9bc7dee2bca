#include "geo/coverage.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace wangge::geo {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// A ring of longitude, latitude pairs, in thousandths of a degree from 113 E,
// 34 N.
using Ring = std::vector<std::pair<double, double>>;

Polygons Make(const std::vector<Ring>& rings) {
  Polygons polygons;
  auto* polygon = polygons.Add();
  for (const Ring& corners : rings) {
    auto* ring = polygon->add_rings();
    for (const auto& [x, y] : corners) {
      ring->add_coordinates_e7(1130000000 +
                               static_cast<int32_t>(std::lround(x * 1e4)));
      ring->add_coordinates_e7(340000000 +
                               static_cast<int32_t>(std::lround(y * 1e4)));
    }
  }
  return polygons;
}

Polygons Box(double west, double south, double east, double north) {
  return Make({{{west, south}, {east, south}, {east, north}, {west, north}}});
}

// Of a box of so many thousandths, about.
double SquareMeters(double width, double height) {
  return width * 111.2 * 0.829 * height * 111.2;
}

TEST(CoverageTest, PartsThatShareCornersCoverExactly) {
  const Polygons parent =
      Make({{{0, 0}, {5, 0}, {10, 0}, {10, 10}, {5, 10}, {0, 10}}});
  const Polygons west = Box(0, 0, 5, 10);
  // The other way round: orientation does not matter.
  const Polygons east = Make({{{5, 0}, {5, 10}, {10, 10}, {10, 0}}});
  const Coverage coverage = CheckCoverage(parent, {&west, &east});
  EXPECT_TRUE(coverage.proved);
  EXPECT_THAT(coverage.patches, IsEmpty());
  EXPECT_EQ(coverage.sliver_count, 0);
}

TEST(CoverageTest, CornersOnStraightEdgesLeaveSliversAtMost) {
  // The middle corner lies on the parent's edge, within rounding.
  const Polygons parent = Box(0, 0, 10, 10);
  const Polygons west = Make({{{0, 0}, {3.3333, 0}, {6.6667, 10}, {0, 10}}});
  const Polygons east = Make({{{3.3333, 0}, {10, 0}, {10, 10}, {6.6667, 10}}});
  EXPECT_THAT(CheckCoverage(parent, {&west, &east}).patches, IsEmpty());
}

TEST(CoverageTest, GapsOverlapsAndOutsideAreFoundWithTheirArea) {
  const Polygons parent = Box(0, 0, 10, 10);
  const Polygons west = Box(0, 0, 4, 10);    // A gap from 4 to 5.
  const Polygons middle = Box(5, 0, 8, 10);  // Overlaps east, 7 to 8.
  const Polygons east = Box(7, 0, 12, 10);   // Two thousandths outside.
  const Coverage coverage = CheckCoverage(parent, {&west, &middle, &east});
  ASSERT_THAT(coverage.patches, SizeIs(3));
  EXPECT_EQ(coverage.patches[0].kind, Patch::Kind::kOutside);
  EXPECT_NEAR(coverage.patches[0].square_meters / SquareMeters(2, 10), 1, .01);
  for (int i = 1; i < 3; ++i) {
    const Patch& patch = coverage.patches[static_cast<size_t>(i)];
    EXPECT_NEAR(patch.square_meters / SquareMeters(1, 10), 1, .01);
    const double x = (patch.inside.longitude_deg - 113) * 1000;
    if (patch.kind == Patch::Kind::kGap) {
      EXPECT_NEAR(x, 4.5, 0.5);
    } else {
      EXPECT_EQ(patch.kind, Patch::Kind::kOverlap);
      EXPECT_NEAR(x, 7.5, 0.5);
    }
    EXPECT_TRUE(Contains(patch.polygons, patch.inside));
  }
}

TEST(CoverageTest, HolesCount) {
  const Ring outer = {{0, 0}, {10, 0}, {10, 10}, {0, 10}};
  const Ring hole = {{4, 4}, {4, 6}, {6, 6}, {6, 4}};
  const Polygons parent = Make({outer});
  const Polygons ring = Make({outer, hole});
  const Polygons island = Make({hole});
  EXPECT_THAT(CheckCoverage(parent, {&ring, &island}).patches, IsEmpty());
  const Coverage gap = CheckCoverage(parent, {&ring});
  ASSERT_THAT(gap.patches, SizeIs(1));
  EXPECT_EQ(gap.patches[0].kind, Patch::Kind::kGap);
  EXPECT_NEAR(gap.patches[0].square_meters / AreaSquareMeters(island), 1, 1e-6);
}

TEST(CoverageTest, OverlapsWithoutAParent) {
  const Polygons a = Box(0, 0, 5, 5);
  const Polygons b = Box(4, 0, 9, 5);
  const Polygons c = Box(20, 0, 25, 5);
  const Coverage coverage = CheckOverlaps({&a, &b, &c});
  ASSERT_THAT(coverage.patches, SizeIs(1));
  EXPECT_NEAR(coverage.patches[0].square_meters / SquareMeters(1, 5), 1, .01);
  EXPECT_THAT(CheckOverlaps({&a, &c}).patches, IsEmpty());
}

// Boxes at random: every patch has the area that counting points gives.
TEST(CoverageTest, AreasAgreeWithCounting) {
  uint32_t seed = 1;
  const auto next = [&](uint32_t below) {
    seed = seed * 1664525 + 1013904223;
    return static_cast<int>((seed >> 8) % below);
  };
  for (int round = 0; round < 50; ++round) {
    std::vector<Polygons> boxes;
    std::vector<std::array<int, 4>> corners;
    for (int i = 0; i < 6; ++i) {
      const int x = next(9);
      const int y = next(9);
      corners.push_back({x, y, x + 1 + next(5), y + 1 + next(5)});
      boxes.push_back(Box(corners.back()[0], corners.back()[1],
                          corners.back()[2], corners.back()[3]));
    }
    std::vector<const Polygons*> children;
    for (const Polygons& box : boxes) children.push_back(&box);
    double gaps = 0;
    double surplus = 0;  // Overlap and outside, once each.
    for (int x = 0; x < 15; ++x) {
      for (int y = 0; y < 15; ++y) {
        int count = 0;
        for (const auto& c : corners) {
          count += x >= c[0] && x < c[2] && y >= c[1] && y < c[3] ? 1 : 0;
        }
        const bool inside = x < 10 && y < 10;
        gaps += inside && count == 0 ? 1 : 0;
        surplus += count > (inside ? 1 : 0) ? 1 : 0;
      }
    }
    const Coverage coverage = CheckCoverage(Box(0, 0, 10, 10), children);
    double gap_area = 0;
    double surplus_area = 0;
    for (const Patch& patch : coverage.patches) {
      (patch.kind == Patch::Kind::kGap ? gap_area : surplus_area) +=
          patch.square_meters;
    }
    EXPECT_NEAR(gap_area / SquareMeters(1, 1), gaps, 0.01 * gaps + 0.01);
    EXPECT_NEAR(surplus_area / SquareMeters(1, 1), surplus,
                0.01 * surplus + 0.01);
  }
}

}  // namespace
}  // namespace wangge::geo
