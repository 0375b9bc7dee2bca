// Which of many polygons contain a point: every answer is S2's, found without
// S2 for all points but those at an edge (see tile.h).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/shared_map.h"
#include "geo/polygons.h"
#include "geo/tile.h"

namespace wangge::geo {

// An immutable value; copies share what they hold. Thread-safe.
//
// Polygons that share edges share no points: every point of a shared edge
// belongs to exactly one of them.
class PolygonIndex {
 public:
  struct Entry {
    int number = 0;  // Any; each at most once.
    const Polygons* polygons = nullptr;
  };

  // Contains nothing.
  PolygonIndex() = default;
  // REQUIRES: ValidatePolygons is OK for all, and none holds a pole.
  explicit PolygonIndex(const std::vector<Entry>& entries);

  // An index in which `changed` replace the entries with their numbers; an
  // entry without polygons only goes. Tiles that nothing changed in are shared.
  PolygonIndex With(const std::vector<Entry>& changed) const;

  // Numbers of all polygons that contain the point, in no order.
  Numbers Find(const Point& point) const;

  // Numbers of the polygons whose bounding boxes come within `meters` of the
  // point, each once: all that are near, and some that are not.
  std::vector<int> NearBoxes(const Point& point, double meters) const;

  // Bytes held, about.
  size_t ByteSize() const;

 private:
  using Shapes = std::vector<std::shared_ptr<const Shape>>;

  // Covers the shapes with empty tiles.
  void Frame();
  // Calls `edit` with the list of every tile that the shape reaches into, and
  // marks these tiles in `touched`.
  template <typename Edit>
  void EditTileShapes(const Shape& shape, std::vector<bool>* touched,
                      const Edit& edit);
  void BuildTiles(const std::vector<bool>& touched);
  // `memory` as Tile has it.
  Tile MakeTile(size_t tile, HugePages* memory) const;
  TileFrame FrameOf(size_t row, size_t column) const;
  size_t ColumnOf(double x) const;
  size_t RowOf(double y) const;

  SharedMap<uint64_t, Shapes> shapes_;  // By number.
  // By row, then column: the shapes that reach into a tile, and what they make.
  std::vector<std::shared_ptr<Shapes>> tile_shapes_;
  std::vector<Tile> tiles_;
  size_t columns_ = 0;
  size_t rows_ = 0;
  // In 1e-7 degree.
  double west_ = 0;
  double south_ = 0;
  double east_ = 0;
  double north_ = 0;
  double cell_width_ = 0;
  double cell_height_ = 0;
};

}  // namespace wangge::geo
