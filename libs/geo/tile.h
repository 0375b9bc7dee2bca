// A square of 64 x 64 cells of the plane (longitude, latitude) in which every
// cell knows what contains it, so that most points are answered by one look.
//
// A cell that no edge comes near has one answer for all its points. The others
// hold the edges near them, the answer for their centre, and the answer behind
// each edge: what contains a point is what contains the centre, changed by the
// edges between both. Edges are geodesics, and a straight line of the plane
// leaves its geodesic by a known bound; where a point is nearer to an edge than
// that, S2's exact predicate decides, so every answer is S2's.
//
// A look waits for memory more than it computes. So what it needs lies in few
// places: the cell, its edges side by side, one set.
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
  int32_t ax = 0, ay = 0, bx = 0, by = 0;
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

  // The numbers of the shapes that contain the point, which lies in the tile.
  // `frame` is the one that the tile was built with: its owner knows it without
  // a look at the tile.
  Numbers Find(const TileFrame& frame, const Point& point) const;

  // Bytes held, about.
  size_t ByteSize() const;

 private:
  friend class TileBuilder;

  // An edge near a cell; edges of several polygons between the same corners are
  // one. A cell's edges lie side by side.
  struct NearEdge {
    Edge edge;
    float band = 0;       // Nearer points are S2's to decide, in 1e-7 degree.
    uint32_t base = 0;    // The set that contains the cell's centre.
    uint32_t beyond = 0;  // The set behind this edge alone.
    bool centre_left = false;  // The centre lies left of the edge.
    bool exact = false;  // The cell's centre is too near to an edge for the
                         // plane.
    bool last = false;   // Of the cell.
  };
  static_assert(sizeof(NearEdge) == 32, "two to a cache line");
  static constexpr uint32_t kMixed = 0x80000000;

  // A point of the plane, in 1e-7 degree.
  struct Spot {
    double x = 0, y = 0;
  };
  using Crossed = absl::InlinedVector<const NearEdge*, 8>;
  static Spot CentreOf(const TileFrame& frame, int cell);
  // The edges of a cell between its centre and a point of it.
  static Crossed Between(const NearEdge* edges, const Spot& centre,
                         const Point& point);
  static Crossed BetweenExactly(const NearEdge* edges, const Spot& centre,
                                const Point& point);
  Numbers SetAt(uint32_t set) const;

  // Sets of numbers, ascending, end to end, each after its size. A set is named
  // by where it begins; the first one is empty.
  std::vector<int> sets_;
  std::vector<NearEdge> edges_;
  // A set, or kMixed and the first of the cell's edges.
  std::array<uint32_t, kSide * kSide> cells_;
};

}  // namespace wangge::geo
