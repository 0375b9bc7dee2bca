#include "geo/tile.h"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <memory>
#include <random>

#include "geo/s2_oracle.h"
#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::geo {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Corner = std::pair<double, double>;  // x, y in 1e-7 degree.
using Ring = std::vector<Corner>;

Polygons MakePolygons(const std::vector<Ring>& rings) {
  Polygons polygons;
  auto* polygon = polygons.Add();
  for (const Ring& ring : rings) {
    auto* out = polygon->add_rings();
    for (const auto& [x, y] : ring) {
      out->add_coordinates_e7(static_cast<int>(std::lround(x)));
      out->add_coordinates_e7(static_cast<int>(std::lround(y)));
    }
  }
  return polygons;
}

std::vector<int> Sorted(const Numbers& numbers) {
  std::vector<int> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Point PointOf(double x, double y) { return {y / kE7, x / kE7}; }

// A tile of polygons, numbered from 0, with S2's answers beside it.
class TestTile {
 public:
  TestTile(const TileFrame& frame, std::vector<Polygons> all,
           HugePages* memory = nullptr)
      : frame_(frame), all_(std::move(all)), oracle_(all_) {
    for (size_t i = 0; i < all_.size(); ++i) {
      EXPECT_OK(ValidatePolygons(all_[i])) << "polygon " << i;
      for (const auto& polygon : all_[i]) {
        shapes_.push_back(
            std::make_unique<Shape>(MakeShape(static_cast<int>(i), polygon)));
        pointers_.push_back(shapes_.back().get());
      }
    }
    tile_ = Tile(frame_, pointers_, memory);
  }

  const TileFrame& frame() const { return frame_; }
  const std::vector<Polygons>& all() const { return all_; }
  const Tile& tile() const { return tile_; }
  const std::vector<const Shape*>& shapes() const { return pointers_; }

  bool Covers(const Point& point) const {
    const double x = point.longitude_deg * kE7 - frame_.west;
    const double y = point.latitude_deg * kE7 - frame_.south;
    return x >= 0 && x <= frame_.cell_width * Tile::kSide && y >= 0 &&
           y <= frame_.cell_height * Tile::kSide;
  }
  std::vector<int> Find(const Point& point) const {
    return Sorted(tile_.Find(frame_, point));
  }

  // Fails unless the tile answers as S2 does.
  void Check(const Point& point) const {
    if (!Covers(point)) return;
    ++checked_;
    EXPECT_EQ(Find(point), oracle_.Find(point))
        << std::setprecision(17) << point.latitude_deg << ", "
        << point.longitude_deg;
  }
  // Points anywhere, at edges, and where cells meet or have their centres.
  void CheckMany(int count, uint32_t seed) const {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> cells(0, Tile::kSide);
    std::uniform_int_distribution<int> halves(0, 2 * Tile::kSide);
    for (int i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
      Check(PointOf(frame_.west + cells(random) * frame_.cell_width,
                    frame_.south + cells(random) * frame_.cell_height));
      Check(PointAtAnEdge(all_, &random));
      Check(PointOf(frame_.west + halves(random) * frame_.cell_width / 2,
                    frame_.south + halves(random) * frame_.cell_height / 2));
    }
    EXPECT_GT(checked_, count) << "nearly all points lay outside the tile";
  }

 private:
  const TileFrame frame_;
  const std::vector<Polygons> all_;
  const S2Oracle oracle_;
  std::vector<std::unique_ptr<Shape>> shapes_;
  std::vector<const Shape*> pointers_;
  Tile tile_;
  mutable int checked_ = 0;
};

// A star around a point; `min_share` is the least share of the radius at which
// its corners lie.
Ring Star(double x, double y, double radius, int corners, std::mt19937* random,
          double min_share = 0.2) {
  std::uniform_real_distribution<double> share(min_share, 1);
  Ring ring;
  for (int i = 0; i < corners; ++i) {
    const double angle = 2 * M_PI * i / corners;
    const double r = radius * share(*random);
    ring.emplace_back(x + r * std::cos(angle), y + r * std::sin(angle));
  }
  return ring;
}

// Frames from a street's width to half a degree, in both hemispheres, on both
// sides of Greenwich, at the equator, and north of what the plane can tell.
const TileFrame kFrames[] = {
    {1130000000, 340000000, 20, 16},
    {1130000000, 340000000, 5000, 4000},
    {1130000000.5, 340000000.25, 80000.3, 60000.7},
    {-700000000, -330000000, 5000, 4000},
    {-100000, -100000, 3125, 3125},
    {100000000, 700000000, 20000, 8000},
    {100000000, 780000000, 20000, 8000},
};

TEST(TileTest, EveryAnswerIsS2s) {
  uint32_t seed = 1;
  for (const TileFrame& frame : kFrames) {
    SCOPED_TRACE(::testing::Message() << "frame at " << frame.south / kE7
                                      << " with " << frame.cell_height);
    std::mt19937 random(++seed);
    std::uniform_real_distribution<double> within(0, Tile::kSide);
    std::vector<Polygons> all;
    for (const double radius : {0.8, 2.0, 2.0, 8.0, 8.0, 20.0, 60.0, 200.0}) {
      all.push_back(MakePolygons(
          {Star(frame.west + within(random) * frame.cell_width,
                frame.south + within(random) * frame.cell_height,
                radius * std::min(frame.cell_width, frame.cell_height), 12,
                &random)}));
    }
    TestTile(frame, std::move(all)).CheckMany(3000, seed);
  }
}

constexpr TileFrame kFrame = {1130000000, 340000000, 5000, 4000};

// A corner of the tile's grid of cells; halves are centres.
Corner At(double column, double row) {
  return {kFrame.west + column * kFrame.cell_width,
          kFrame.south + row * kFrame.cell_height};
}

TEST(TileTest, EdgesMayRunAlongCellsAndThroughTheirCentres) {
  const TestTile tile(
      kFrame, {MakePolygons({{At(2, 2), At(10, 2), At(10, 10), At(2, 10)}}),
               MakePolygons({{At(12.5, 2.5), At(20.5, 2.5), At(20.5, 10.5),
                              At(12.5, 10.5)}}),
               MakePolygons({{At(30.5, 30.5), At(40.5, 40.5), At(30.5, 40.5)}}),
               MakePolygons({{At(0, 50), At(64, 50), At(64, 64), At(0, 64)}})});
  tile.CheckMany(3000, 7);
  for (double column = 0; column <= Tile::kSide; column += 0.5) {
    for (double row = 0; row <= Tile::kSide; row += 0.5) {
      const auto [x, y] = At(column, row);
      tile.Check(PointOf(x, y));
    }
  }
}

TEST(TileTest, DegeneratePolygonsAreExact) {
  const TestTile tile(
      kFrame,
      {// Slivers, a unit wide, across cells and within one.
       MakePolygons({{At(1, 3.3),
                      At(60, 3.3),
                      {At(60, 3.3).first, At(60, 3.3).second + 1}}}),
       MakePolygons(
           {{At(5, 7), At(55, 61), {At(55, 61).first - 1, At(55, 61).second}}}),
       // A spike out of a square.
       MakePolygons({{At(20, 20), At(25, 20), At(25, 22), At(45, 22.0001),
                      At(25, 22.0002), At(25, 25), At(20, 25)}}),
       // Smaller than a cell, and the smallest that there is.
       MakePolygons({{At(30.3, 40.3), At(30.6, 40.3), At(30.6, 40.7)}}),
       MakePolygons({{{1130100000, 340100000},
                      {1130100001, 340100000},
                      {1130100000, 340100001}}}),
       // Touches the tile from outside.
       MakePolygons({{At(-3, 10), At(0, 10), At(0, 20), At(-3, 20)}})});
  tile.CheckMany(5000, 11);
}

TEST(TileTest, HolesAndIslandsInThemAreExact) {
  std::vector<Polygons> all = {
      MakePolygons({{At(5, 5), At(50, 5), At(50, 50), At(5, 50)},
                    {At(10, 10), At(40, 10), At(40, 40), At(10, 40)}})};
  // An island of the same polygon in its hole, and a part beside it.
  for (const Ring& part :
       {Ring{At(15, 15), At(30, 15), At(30, 30), At(15, 30)},
        Ring{At(52, 5), At(60, 5), At(60, 50), At(52, 50)}}) {
    *all[0].Add() = MakePolygons({part}).Get(0);
  }
  const TestTile tile(kFrame, std::move(all));
  const auto find = [&](double column, double row) {
    const auto [x, y] = At(column, row);
    return tile.Find(PointOf(x, y));
  };
  EXPECT_THAT(find(7, 7), ElementsAre(0));
  EXPECT_THAT(find(12, 12), IsEmpty());
  EXPECT_THAT(find(20, 20), ElementsAre(0));
  EXPECT_THAT(find(51, 20), IsEmpty());
  EXPECT_THAT(find(55, 20), ElementsAre(0));
  tile.CheckMany(3000, 13);
}

TEST(TileTest, APointOfAPartitionLiesInExactlyOnePart) {
  constexpr int kParts = 9;
  std::mt19937 random(17);
  std::uniform_real_distribution<double> shake(-2, 2);
  std::vector<std::vector<Corner>> corners(kParts + 1);
  for (int i = 0; i <= kParts; ++i) {
    for (int j = 0; j <= kParts; ++j) {
      // The outermost corners lie outside the tile.
      corners[static_cast<size_t>(i)].push_back(
          At(-8 + 80.0 / kParts * j + shake(random),
             -8 + 80.0 / kParts * i + shake(random)));
    }
  }
  std::vector<Polygons> parts;
  for (size_t i = 0; i < kParts; ++i) {
    for (size_t j = 0; j < kParts; ++j) {
      parts.push_back(
          MakePolygons({{corners[i][j], corners[i][j + 1],
                         corners[i + 1][j + 1], corners[i + 1][j]}}));
    }
  }
  const TestTile tile(kFrame, std::move(parts));
  std::uniform_real_distribution<double> cells(0, Tile::kSide);
  for (int i = 0; i < 5000; ++i) {
    const Point at_edge = PointAtAnEdge(tile.all(), &random);
    if (tile.Covers(at_edge)) {
      ASSERT_THAT(tile.Find(at_edge), SizeIs(1));
    }
    const auto [x, y] = At(cells(random), cells(random));
    ASSERT_THAT(tile.Find(PointOf(x, y)), SizeIs(1));
  }
}

TEST(TileTest, ASharedEdgeIsStoredOnceWhicheverWayItRuns) {
  const Ring west = {At(5, 5), At(30, 7), At(31, 50), At(5, 50)};
  Ring east = {At(30, 7), At(60, 5), At(60, 50), At(31, 50)};
  const TestTile against(kFrame, {MakePolygons({west}), MakePolygons({east})});
  std::reverse(east.begin(), east.end());
  const TestTile along(kFrame, {MakePolygons({west}), MakePolygons({east})});
  EXPECT_EQ(against.tile().ByteSize(), along.tile().ByteSize());
  along.CheckMany(1000, 37);
}

TEST(TileTest, NeighboursAgreeAtTheirBorder) {
  std::mt19937 random(19);
  std::vector<Polygons> all;
  for (int i = 0; i < 12; ++i) {
    const auto [x, y] = At(64, 5 * i);
    all.push_back(MakePolygons({Star(x, y, 40'000, 9, &random)}));
  }
  const TestTile west(kFrame, all);
  TileFrame next = kFrame;
  next.west += Tile::kSide * kFrame.cell_width;
  const TestTile east(next, all);
  std::uniform_real_distribution<double> rows(0, Tile::kSide);
  for (int i = 0; i < 3000; ++i) {
    const auto [x, y] = At(64, rows(random));
    west.Check(PointOf(x, y));
    east.Check(PointOf(x, y));
  }
}

TEST(TileTest, ManyEdgesNeedLongWords) {
  std::mt19937 random(23);
  const auto [x, y] = At(32, 32);
  const TestTile tile(
      kFrame, {MakePolygons({Star(x, y, 120'000, 40'000, &random, 0.97)})});
  EXPECT_GT(tile.tile().ByteSize(), 40'000 * sizeof(Edge));
  tile.CheckMany(5000, 23);
}

TEST(TileTest, WhereItsMemoryLiesDoesNotMatter) {
  std::mt19937 random(29);
  std::vector<Polygons> all;
  for (int i = 0; i < 20; ++i) {
    const auto [x, y] = At(3 * i, 3 * i);
    all.push_back(MakePolygons({Star(x, y, 30'000, 9, &random)}));
  }
  Tile copy;
  const TestTile alone(kFrame, all);
  {
    HugePages pages;
    const TestTile paged(kFrame, all, &pages);
    paged.CheckMany(1000, 29);
    EXPECT_EQ(paged.tile().ByteSize(), alone.tile().ByteSize());
    copy = paged.tile();
  }
  // The copy outlives the tile and the pages that it came from.
  std::uniform_real_distribution<double> cells(0, Tile::kSide);
  for (int i = 0; i < 1000; ++i) {
    const auto [x, y] = At(cells(random), cells(random));
    const Point point = PointOf(x, y);
    ASSERT_EQ(Sorted(copy.Find(kFrame, point)), alone.Find(point));
  }
}

TEST(TileTest, AnEmptyTileFindsNothing) {
  EXPECT_THAT(Tile().Find(kFrame, PointOf(kFrame.west, kFrame.south)),
              IsEmpty());
  EXPECT_EQ(Tile().ByteSize(), 0U);
}

// The farthest that points of the geodesic lie from the straight line.
double MeasuredDeviation(const Edge& edge) {
  const S2Point from = S2LatLng::FromE7(edge.ay, edge.ax).ToPoint();
  const S2Point to = S2LatLng::FromE7(edge.by, edge.bx).ToPoint();
  const double dx = double(edge.bx) - edge.ax;
  const double dy = double(edge.by) - edge.ay;
  double farthest = 0;
  for (int i = 1; i < 32; ++i) {
    const double along = i / 32.0;
    const S2LatLng at(((1 - along) * from + along * to).Normalize());
    const double px = at.lng().degrees() * kE7 - edge.ax;
    const double py = at.lat().degrees() * kE7 - edge.ay;
    farthest =
        std::max(farthest, std::abs(px * dy - py * dx) / std::hypot(dx, dy));
  }
  return farthest;
}

TEST(TileTest, DeviationBoundsHowFarAGeodesicLeavesItsStraightLine) {
  std::mt19937 random(31);
  std::uniform_real_distribution<double> latitude(-74, 74);
  std::uniform_real_distribution<double> logarithm(0, std::log(2e7));
  std::uniform_real_distribution<double> angle(0, 2 * M_PI);
  for (int i = 0; i < 20'000; ++i) {
    const double length = std::exp(logarithm(random));
    const double direction = angle(random);
    Edge edge;
    edge.ax = 1130000000;
    edge.ay = static_cast<int>(latitude(random) * kE7);
    edge.bx = edge.ax + static_cast<int>(length * std::cos(direction));
    edge.by = edge.ay + static_cast<int>(length * std::sin(direction));
    if (edge.ax == edge.bx && edge.ay == edge.by) continue;
    ASSERT_LE(MeasuredDeviation(edge), Deviation(edge))
        << edge.ay << " " << edge.bx << " " << edge.by;
  }
}

TEST(TileTest, DeviationIsCloseEnoughToBeOfUse) {
  // A wall of 100 m at 34 degrees leaves its line by less than a millimetre.
  EXPECT_LT(Deviation({1130000000, 340000000, 1130010000, 340000000}), 0.09);
  // Beyond two degrees and near the poles the plane says nothing.
  EXPECT_GT(Deviation({1130000000, 340000000, 1151000000, 340000000}), 1e9);
  EXPECT_GT(Deviation({1130000000, 760000000, 1130010000, 760000000}), 1e9);
}

TEST(TileTest, AShapesBoxHoldsItsGeodesics) {
  const Polygons polygons =
      MakePolygons({{At(0, 0), At(3000, 0), At(3000, 2000), At(0, 2000)}});
  const Shape shape = MakeShape(5, polygons.Get(0));
  EXPECT_EQ(shape.number, 5);
  EXPECT_THAT(shape.edges, SizeIs(4));
  for (const Edge& edge : shape.edges) {
    const S2Point from = S2LatLng::FromE7(edge.ay, edge.ax).ToPoint();
    const S2Point to = S2LatLng::FromE7(edge.by, edge.bx).ToPoint();
    for (int i = 0; i <= 100; ++i) {
      const S2LatLng at((((100 - i) * from + i * to) / 100).Normalize());
      EXPECT_LE(shape.west, at.lng().degrees() * kE7 + 1e-3);
      EXPECT_GE(shape.east, at.lng().degrees() * kE7 - 1e-3);
      EXPECT_LE(shape.south, at.lat().degrees() * kE7 + 1e-3);
      EXPECT_GE(shape.north, at.lat().degrees() * kE7 - 1e-3);
    }
  }
  // The northern edge bulges beyond its corners.
  EXPECT_GT(shape.north, At(0, 2000).second + 1);
}

}  // namespace
}  // namespace wangge::geo
