// A square of 64 x 64 cells of the plane (longitude, latitude) in which every
// cell knows what contains it, so that most points need a single look-up.
//
// A cell that no edge comes near has one answer for all its points. The others
// hold the edges near them, the answer for their centre, and the answer behind
// each edge: what contains a point is what contains the centre, changed by the
// edges between both. Edges are geodesics, and a straight line of the plane
// leaves its geodesic by a known bound; where a point is nearer to an edge than
// that, S2's exact predicate decides, so every answer is S2's.
//
// Our own because S2's index takes ten times as long for a point.
//
// A look-up spends more time waiting for memory than computing. So a tile is
// one small block of memory, of words of 16 bits unless it needs longer ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "base/huge_pages.h"
#include "geo/coordinates.h"
#include "wangge/registry/v1/city.pb.h"

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
Shape MakeShape(int number, const registry::v1::Polygon& polygon);

// Where a tile lies, in 1e-7 degree.
struct TileFrame {
  double west = 0;
  double south = 0;
  double cell_width = 0;
  double cell_height = 0;
};

// An immutable value; copies share what they hold. Thread-safe.
class Tile {
 public:
  static constexpr int kSide = 64;

  // Nothing reaches into it.
  Tile() = default;
  // `shapes` are all that may reach into the tile. They are not kept. The tile
  // lies in `memory`, or by itself when that is null.
  Tile(const TileFrame& frame, const std::vector<const Shape*>& shapes,
       HugePages* memory);

  // The numbers of the shapes that contain the point, which lies in the tile.
  // `frame` is the one that the tile was built with: its owner knows it without
  // a look at the tile.
  Numbers Find(const TileFrame& frame, const Point& point) const;

  // Bytes held.
  size_t ByteSize() const { return byte_size_; }

 private:
  friend class TileBuilder;

  // Edges of several polygons between the same corners are one line.
  struct Line {
    Edge edge;
    float band = 0;  // Nearer points are S2's to decide, in 1e-7 degree.
  };

  // A point of the plane, in 1e-7 degree.
  struct Spot {
    double x = 0, y = 0;
  };
  // The sets behind some lines near a cell, each behind its line alone.
  using Sets = absl::InlinedVector<uint32_t, 8>;

  static Spot CentreOf(const TileFrame& frame, int cell);
  template <typename Word>
  Numbers FindIn(const TileFrame& frame, const Point& point) const;
  // The lines of a record between the centre of its cell and a point of it.
  template <typename Word>
  Sets Between(const Word* record, const Spot& centre,
               const Point& point) const;
  template <typename Word>
  Sets BetweenExactly(const Word* record, const Spot& centre,
                      const Point& point) const;
  const Line& LineAt(uint32_t line) const;
  Numbers SetAt(uint32_t set) const;

  // In it lie, end to end, cells and records of words, lines, and sets. A word
  // is an index with a flag in its highest bit.
  //
  // - A cell, row by row: its set, or, flagged, its record.
  // - The record of a cell that edges come near to: the set that contains its
  //   centre, flagged when the centre is too near to an edge for the plane;
  //   then of every line near it the line, flagged when it is the last one, and
  //   the set behind it, flagged when the centre lies left of the line. It is
  //   named by its position among the words of all records.
  // - A set: how many numbers, then these, ascending. It is named by its
  //   position among the numbers of all sets; the first one is empty.
  //
  // Null for an empty tile.
  std::shared_ptr<const std::byte> memory_;
  uint32_t byte_size_ = 0;
  // Where they begin, in bytes.
  uint32_t lines_begin_ = 0;
  uint32_t sets_begin_ = 0;
  bool wide_ = false;  // Words have 32 bits instead of 16.
};

}  // namespace wangge::geo
