#include "geo/polygon_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace wangge::geo {
namespace {

constexpr double kE7 = 1e7;
// Cells for every polygon: more make fewer cells with edges near them.
constexpr double kCellsAPolygon = 48;
constexpr double kFewestCells = Tile::kSide * Tile::kSide;
constexpr double kMostCells = 24e6;
// A shape that ends at a tile's border is near to both tiles: a metre.
constexpr double kRim = 100;

constexpr double kHalfWorld = 180 * kE7;

std::shared_ptr<const Shape> MakeShape(int number,
                                       const registry::v1::Polygon& polygon) {
  auto shape = std::make_shared<Shape>();
  shape->number = number;
  shape->west = shape->south = kHalfWorld;
  shape->east = shape->north = -kHalfWorld;
  for (const auto& ring : polygon.rings()) {
    const auto& e7 = ring.coordinates_e7();
    for (int i = 0; i + 1 < e7.size(); i += 2) {
      const int next = i + 3 < e7.size() ? i + 2 : 0;
      const Edge edge{
          static_cast<double>(e7[i]), static_cast<double>(e7[i + 1]),
          static_cast<double>(e7[next]), static_cast<double>(e7[next + 1])};
      const double bend = std::min(Deviation(edge), kHalfWorld);
      shape->edges.push_back(edge);
      shape->west = std::min(shape->west, std::min(edge.ax, edge.bx) - bend);
      shape->east = std::max(shape->east, std::max(edge.ax, edge.bx) + bend);
      shape->south = std::min(shape->south, std::min(edge.ay, edge.by) - bend);
      shape->north = std::max(shape->north, std::max(edge.ay, edge.by) + bend);
    }
  }
  return shape;
}

}  // namespace

PolygonIndex::PolygonIndex(const std::vector<Entry>& entries) {
  std::vector<const Shape*> all;
  for (const Entry& entry : entries) {
    Shapes& parts = shapes_[entry.number];
    for (const auto& polygon : *entry.polygons) {
      parts.push_back(MakeShape(entry.number, polygon));
      all.push_back(parts.back().get());
    }
  }
  if (all.empty()) return;
  Frame(all);
  tiles_.resize(columns_ * rows_);
  BuildTiles(all);
}

void PolygonIndex::Frame(const std::vector<const Shape*>& shapes) {
  west_ = south_ = std::numeric_limits<double>::max();
  east_ = north_ = std::numeric_limits<double>::lowest();
  for (const Shape* shape : shapes) {
    west_ = std::min<double>(west_, shape->west);
    south_ = std::min<double>(south_, shape->south);
    east_ = std::max<double>(east_, shape->east);
    north_ = std::max<double>(north_, shape->north);
  }
  west_ = std::max(west_, -kHalfWorld);
  east_ = std::min(east_, kHalfWorld);
  south_ = std::max(south_, -kHalfWorld / 2);
  north_ = std::min(north_, kHalfWorld / 2);
  const double cells =
      std::clamp(kCellsAPolygon * static_cast<double>(shapes.size()),
                 kFewestCells, kMostCells);
  // Cells that are about as wide as high on the ground.
  const double shrink =
      std::max(0.1, std::cos((south_ + north_) / 2 / kE7 * M_PI / 180));
  const double width = (east_ - west_) * shrink;
  const double height = north_ - south_;
  const double side = std::sqrt(width * height / cells) * Tile::kSide;
  columns_ = static_cast<size_t>(std::ceil(width / side));
  rows_ = static_cast<size_t>(std::ceil(height / side));
  cell_width_ = (east_ - west_) / static_cast<double>(columns_) / Tile::kSide;
  cell_height_ = height / static_cast<double>(rows_) / Tile::kSide;
}

size_t PolygonIndex::ColumnOf(double x) const {
  const double column = std::floor((x - west_) / (cell_width_ * Tile::kSide));
  return static_cast<size_t>(
      std::clamp(column, 0.0, static_cast<double>(columns_ - 1)));
}

size_t PolygonIndex::RowOf(double y) const {
  const double row = std::floor((y - south_) / (cell_height_ * Tile::kSide));
  return static_cast<size_t>(
      std::clamp(row, 0.0, static_cast<double>(rows_ - 1)));
}

void PolygonIndex::Visit(const Shape& shape,
                         const std::function<void(size_t tile)>& visit) const {
  for (size_t row = RowOf(shape.south - kRim); row <= RowOf(shape.north + kRim);
       ++row) {
    for (size_t column = ColumnOf(shape.west - kRim);
         column <= ColumnOf(shape.east + kRim); ++column) {
      visit(row * columns_ + column);
    }
  }
}

void PolygonIndex::BuildTiles(const std::vector<const Shape*>& touched) {
  std::vector<bool> wanted(tiles_.size());
  for (const Shape* shape : touched) {
    Visit(*shape, [&](size_t tile) { wanted[tile] = true; });
  }
  std::vector<std::vector<const Shape*>> shapes_in(tiles_.size());
  for (const auto& [number, parts] : shapes_) {
    for (const auto& shape : parts) {
      Visit(*shape, [&](size_t tile) {
        if (wanted[tile]) shapes_in[tile].push_back(shape.get());
      });
    }
  }
  for (size_t i = 0; i < tiles_.size(); ++i) {
    if (!wanted[i]) continue;
    if (shapes_in[i].empty()) {
      tiles_[i] = nullptr;
      continue;
    }
    const TileFrame frame{
        west_ + static_cast<double>(i % columns_) * Tile::kSide * cell_width_,
        south_ + static_cast<double>(i / columns_) * Tile::kSide * cell_height_,
        cell_width_, cell_height_};
    tiles_[i] = std::make_shared<const Tile>(frame, shapes_in[i]);
  }
}

PolygonIndex PolygonIndex::With(const std::vector<Entry>& changed) const {
  PolygonIndex next = *this;
  // Kept until the tiles are built: what goes is touched too.
  std::vector<Shapes> gone;
  std::vector<const Shape*> touched;
  bool outside = tiles_.empty();
  for (const Entry& entry : changed) {
    Shapes& parts = next.shapes_[entry.number];
    for (const auto& shape : parts) touched.push_back(shape.get());
    gone.push_back(std::exchange(parts, {}));
    for (const auto& polygon : *entry.polygons) {
      parts.push_back(MakeShape(entry.number, polygon));
      const Shape& shape = *parts.back();
      touched.push_back(&shape);
      outside = outside || shape.west < west_ || shape.south < south_ ||
                shape.east > east_ || shape.north > north_;
    }
  }
  if (!outside) {
    next.BuildTiles(touched);
    return next;
  }
  std::vector<const Shape*> all;
  for (const auto& [number, parts] : next.shapes_) {
    for (const auto& shape : parts) all.push_back(shape.get());
  }
  if (all.empty()) return PolygonIndex();
  next.Frame(all);
  next.tiles_.assign(next.columns_ * next.rows_, nullptr);
  next.BuildTiles(all);
  return next;
}

Numbers PolygonIndex::Find(const Point& point) const {
  Numbers numbers;
  const double x = point.longitude_deg * kE7;
  const double y = point.latitude_deg * kE7;
  if (!(x >= west_ && x <= east_ && y >= south_ && y <= north_)) {
    return numbers;
  }
  if (tiles_.empty()) return numbers;
  const auto& tile = tiles_[RowOf(y) * columns_ + ColumnOf(x)];
  if (tile != nullptr) tile->Find(point, &numbers);
  return numbers;
}

size_t PolygonIndex::ByteSize() const {
  size_t bytes = 0;
  for (const auto& [number, parts] : shapes_) {
    for (const auto& shape : parts) {
      bytes += sizeof(Shape) + shape->edges.size() * sizeof(Edge);
    }
  }
  for (const auto& tile : tiles_) {
    if (tile != nullptr) bytes += tile->ByteSize();
  }
  return bytes;
}

}  // namespace wangge::geo
