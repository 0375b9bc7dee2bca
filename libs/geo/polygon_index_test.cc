#include "geo/polygon_index.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <random>

#include "geo/s2_oracle.h"
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
  const Polygons square =
      Make({{{113, 34}, {113, 35}, {114, 35}, {114, 34}},
            {{113.4, 34.4}, {113.6, 34.4}, {113.6, 34.6}, {113.4, 34.6}}});
  const PolygonIndex index({{7, &square}});
  EXPECT_THAT(index.Find({34.2, 113.2}), ElementsAre(7));
  EXPECT_THAT(index.Find({34.5, 113.5}), IsEmpty());
  EXPECT_THAT(index.Find({36, 113.5}), IsEmpty());
}

TEST(PolygonIndexTest, PointsOfASharedEdgeBelongToOnePolygon) {
  const Polygons west =
      Make({{{113, 34}, {113.5, 34}, {113.5, 35}, {113, 35}}});
  const Polygons east =
      Make({{{113.5, 34}, {114, 34}, {114, 35}, {113.5, 35}}});
  const PolygonIndex index({{1, &west}, {2, &east}});
  for (int i = 1; i < 100; ++i) {
    EXPECT_THAT(index.Find({34 + i / 100.0, 113.5}), SizeIs(1));
  }
}

// Irregular polygons over a box of `span` degrees: a mesh of `side` x `side`
// quadrangles with shaken corners, some stars across it, and one around all.
std::vector<Polygons> Mesh(double span, int side, uint32_t seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> shake(-0.3, 0.3);
  std::vector<std::vector<std::pair<int, int>>> corners(
      static_cast<size_t>(side) + 1);
  const double step = span / side * 1e7;
  for (int i = 0; i <= side; ++i) {
    for (int j = 0; j <= side; ++j) {
      corners[static_cast<size_t>(i)].emplace_back(
          static_cast<int>(113e7 + (j + shake(random)) * step),
          static_cast<int>(34e7 + (i + shake(random)) * step));
    }
  }
  std::vector<Polygons> all;
  const auto add = [&](const std::vector<std::pair<int, int>>& ring) {
    auto* out = all.emplace_back().Add()->add_rings();
    for (const auto& [x, y] : ring) {
      out->add_coordinates_e7(x);
      out->add_coordinates_e7(y);
    }
  };
  for (size_t i = 0; i < static_cast<size_t>(side); ++i) {
    for (size_t j = 0; j < static_cast<size_t>(side); ++j) {
      if ((i * 7 + j) % 13 == 0) continue;  // Gaps.
      add({corners[i][j], corners[i][j + 1], corners[i + 1][j + 1],
           corners[i + 1][j]});
    }
  }
  for (int star = 0; star < 5; ++star) {
    const double x = 113e7 + span * 1e7 * (0.2 + 0.15 * star);
    std::vector<std::pair<int, int>> ring;
    for (int k = 0; k < 24; ++k) {
      const double radius = span * 1e7 * (k % 2 == 0 ? 0.3 : 0.05);
      ring.emplace_back(static_cast<int>(x + radius * std::cos(k * M_PI / 12)),
                        static_cast<int>(34e7 + span * 5e6 +
                                         radius * std::sin(k * M_PI / 12)));
    }
    add(ring);
  }
  const int far = static_cast<int>(span * 2e7);
  add({{1130000000 - far, 340000000 - far},
       {1130000000 + far, 340000000 - far},
       {1130000000 + far, 340000000 + far},
       {1130000000 - far, 340000000 + far}});
  return all;
}

PolygonIndex IndexOf(const std::vector<Polygons>& all) {
  std::vector<PolygonIndex::Entry> entries;
  for (const Polygons& polygons : all) {
    entries.push_back({static_cast<int>(entries.size()), &polygons});
  }
  return PolygonIndex(entries);
}

std::vector<int> Sorted(const Numbers& numbers) {
  std::vector<int> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

TEST(PolygonIndexTest, EveryAnswerIsS2s) {
  // From a compound of a hundred metres to a country; the last two have edges
  // so long that the plane says nothing about them.
  for (const double span : {0.001, 0.05, 0.8, 3.0, 12.0}) {
    SCOPED_TRACE(span);
    const auto all = Mesh(span, span > 1 ? 3 : 20, 75350);
    for (const auto& polygons : all) ASSERT_OK(ValidatePolygons(polygons));
    const PolygonIndex index = IndexOf(all);
    const S2Oracle oracle(all);
    std::mt19937 random(3530);
    std::uniform_real_distribution<double> within(-0.1, 1.1);
    for (int i = 0; i < (span > 1 ? 1'000 : 30'000); ++i) {
      const Point point = i % 2 == 0 ? PointAtAnEdge(all, &random)
                                     : Point{34 + span * within(random),
                                             113 + span * within(random)};
      ASSERT_EQ(Sorted(index.Find(point)), oracle.Find(point))
          << std::setprecision(17) << point.latitude_deg << ", "
          << point.longitude_deg;
    }
  }
}

TEST(PolygonIndexTest, ATileMayHoldMoreThanShortWordsCanName) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> radius(5e4, 1e5);
  std::vector<Polygons> all(1);
  auto* ring = all[0].Add()->add_rings();
  constexpr int kCorners = 50'000;
  for (int i = 0; i < kCorners; ++i) {
    const double angle = 2 * M_PI * i / kCorners;
    const double r = radius(random);
    ring->add_coordinates_e7(static_cast<int>(113e7 + r * std::cos(angle)));
    ring->add_coordinates_e7(static_cast<int>(34e7 + r * std::sin(angle)));
  }
  const PolygonIndex index = IndexOf(all);
  const S2Oracle oracle(all);
  std::uniform_real_distribution<double> within(-0.011, 0.011);
  for (int i = 0; i < 20'000; ++i) {
    const Point point = i % 2 == 0
                            ? PointAtAnEdge(all, &random)
                            : Point{34 + within(random), 113 + within(random)};
    ASSERT_EQ(Sorted(index.Find(point)), oracle.Find(point));
  }
}

TEST(PolygonIndexTest, AChangedIndexIsTheOneBuiltAnew) {
  auto all = Mesh(0.2, 20, 1);
  const PolygonIndex before = IndexOf(all);
  // One polygon moves, one goes, one comes, and one lies outside all others.
  const Polygons moved = Make({{{113.01, 34.01}, {113.1, 34.02}, {113, 34.2}}});
  const Polygons none;
  for (const Polygons& fresh :
       {Make({{{113.05, 34.05}, {113.15, 34.05}, {113.1, 34.15}}}),
        Make({{{114.5, 35}, {114.6, 35}, {114.6, 35.1}}})}) {
    auto changed = all;
    changed[5] = moved;
    changed[9] = none;
    changed.push_back(fresh);
    const PolygonIndex anew = IndexOf(changed);
    const PolygonIndex after = before.With(
        {{5, &moved}, {9, &none}, {static_cast<int>(all.size()), &fresh}});
    std::mt19937 random(2);
    std::uniform_real_distribution<double> within(-0.2, 1.8);
    for (int i = 0; i < 20'000; ++i) {
      const Point point{34 + within(random), 113 + within(random)};
      ASSERT_EQ(Sorted(after.Find(point)), Sorted(anew.Find(point)));
    }
    EXPECT_THAT(after.Find({34.1, 113.1}), SizeIs(::testing::Ge(1U)));
  }
  EXPECT_EQ(Sorted(before.Find({34.1, 113.1})),
            Sorted(IndexOf(all).Find({34.1, 113.1})));
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
