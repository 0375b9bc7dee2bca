// A square of 64 x 64 cells of the plane (longitude, latitude) in which every
// cell knows what contains it, so that most points are answered by one look.
//
// A cell that no edge comes near has one answer for all its points. The others
// hold the edges near them and the answer for their centre: what contains a
// point is what contains the centre, changed by the edges between both. Edges
// are geodesics, and a straight line of the plane leaves its geodesic by a
// known bound; where a point is nearer to an edge than that, S2's exact
// predicate decides, so every answer is S2's.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "geo/coordinates.h"

namespace wangge::geo {

// Numbers of polygons that contain a point; rarely more than a city's layers.
using Numbers = absl::InlinedVector<int, 12>;

// An edge of a ring, in 1e-7 degree: x is the longitude, y the latitude.
struct Edge {
  double ax = 0, ay = 0, bx = 0, by = 0;
};

// How far the straight line of an edge may leave its geodesic, in 1e-7 degree.
double Deviation(const Edge& edge);

// A polygon with its holes.
struct Shape {
  int number = 0;
  // Around all geodesics, in 1e-7 degree.
  double west = 0, south = 0, east = 0, north = 0;
  std::vector<Edge> edges;
};

// Where a tile lies, in 1e-7 degree.
struct TileFrame {
  double west = 0;
  double south = 0;
  double cell_width = 0;
  double cell_height = 0;
};

// Immutable once built; thread-safe.
class Tile {
 public:
  static constexpr int kSide = 64;

  // `shapes` are all that may reach into the tile. They are not kept.
  Tile(const TileFrame& frame, const std::vector<const Shape*>& shapes);

  // Adds the numbers of the shapes that contain the point, which lies in the
  // tile.
  void Find(const Point& point, Numbers* numbers) const;

  // Bytes held, about.
  size_t ByteSize() const;

 private:
  friend class TileBuilder;

  struct NearEdge {
    Edge edge;
    // The square of band times length: what Orient is at the band's border.
    double orient_squared = 0;
    float band = 0;  // Nearer points are S2's to decide, in 1e-7 degree.
    int number = 0;  // Of the polygon.
  };
  // A cell with edges near it.
  struct Mixed {
    uint32_t base = 0;   // The set that contains the centre.
    bool exact = false;  // The centre is too near to an edge for the plane.
    uint32_t edge_count = 0;
    uint32_t first_edge = 0;  // Index into mixed_edges_.
  };
  static constexpr uint32_t kMixed = 0x80000000;
  static constexpr uint32_t kCentreLeft = 0x80000000;

  using Toggled = absl::InlinedVector<int, 8>;
  // The polygons whose boundary lies between the centre and the point.
  Toggled Between(const Mixed& mixed, int cell, const Point& point) const;
  Toggled BetweenExactly(const Mixed& mixed, const Point& centre,
                         const Point& point) const;
  const NearEdge& EdgeAt(uint32_t mixed_edge) const {
    return edges_[mixed_edge & ~kCentreLeft];
  }
  double CentreX(int cell) const;
  double CentreY(int cell) const;

  TileFrame frame_;
  // Sets of numbers, end to end, each after its size. A set is named by where
  // it begins; the first one is empty.
  std::vector<int> sets_;
  std::vector<Mixed> mixed_;
  // Indexes into edges_; kCentreLeft when the centre lies left of the edge.
  std::vector<uint32_t> mixed_edges_;
  std::vector<NearEdge> edges_;
  // A set, or kMixed and a mixed cell.
  std::array<uint32_t, kSide * kSide> cells_;
};

}  // namespace wangge::geo
