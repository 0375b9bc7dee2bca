// Which of many polygons contain a point: every answer is S2's, found without
// S2 for all points but those at an edge (see tile.h).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
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

  // Bytes held, about.
  size_t ByteSize() const;

 private:
  using Shapes = std::vector<std::shared_ptr<const Shape>>;

  // Lays the tiles over the shapes.
  void Frame(const std::vector<const Shape*>& shapes);
  // Builds the tiles that `touched` reach into.
  void BuildTiles(const std::vector<const Shape*>& touched);
  // Calls `visit` for the tiles that a shape reaches into.
  void Visit(const Shape& shape,
             const std::function<void(size_t tile)>& visit) const;
  size_t ColumnOf(double x) const;
  size_t RowOf(double y) const;

  absl::flat_hash_map<int, Shapes> shapes_;         // By number.
  std::vector<std::shared_ptr<const Tile>> tiles_;  // By row, then column.
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
