#include "geo/polygon_index.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/huge_pages.h"
#include "base/parallel.h"

namespace wangge::geo {
namespace {

// Cells for every polygon: more make fewer cells with edges near them.
constexpr double kCellsPerPolygon = 48;
constexpr double kMinCells = Tile::kSide * Tile::kSide;
constexpr double kMaxCells = 40e6;
// Tiles that a change makes anew are not worth a chunk of huge pages.
constexpr size_t kFewTiles = 64;
// A shape that ends at a tile's border is near to both tiles: a metre.
constexpr double kRim = 100;

constexpr double kHalfWorld = 180 * kE7;

}  // namespace

PolygonIndex::PolygonIndex(const std::vector<Entry>& entries)
    : PolygonIndex(PolygonIndex().With(entries)) {}

void PolygonIndex::Frame() {
  west_ = south_ = std::numeric_limits<double>::max();
  east_ = north_ = std::numeric_limits<double>::lowest();
  size_t count = 0;
  shapes_.ForEach([&](uint64_t, const Shapes& parts) {
    for (const auto& shape : parts) {
      ++count;
      west_ = std::min<double>(west_, shape->west);
      south_ = std::min<double>(south_, shape->south);
      east_ = std::max<double>(east_, shape->east);
      north_ = std::max<double>(north_, shape->north);
    }
  });
  west_ = std::max(west_, -kHalfWorld);
  east_ = std::min(east_, kHalfWorld);
  south_ = std::max(south_, -kHalfWorld / 2);
  north_ = std::min(north_, kHalfWorld / 2);
  const double cells = std::clamp(kCellsPerPolygon * static_cast<double>(count),
                                  kMinCells, kMaxCells);
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
  tile_shapes_.assign(columns_ * rows_, nullptr);
  tiles_.assign(columns_ * rows_, Tile());
}

TileFrame PolygonIndex::FrameOf(size_t row, size_t column) const {
  return {west_ + static_cast<double>(column * Tile::kSide) * cell_width_,
          south_ + static_cast<double>(row * Tile::kSide) * cell_height_,
          cell_width_, cell_height_};
}

size_t PolygonIndex::ColumnOf(double x) const {
  return static_cast<size_t>(
      std::clamp((x - west_) / (cell_width_ * Tile::kSide), 0.0,
                 static_cast<double>(columns_ - 1)));
}

size_t PolygonIndex::RowOf(double y) const {
  return static_cast<size_t>(
      std::clamp((y - south_) / (cell_height_ * Tile::kSide), 0.0,
                 static_cast<double>(rows_ - 1)));
}

template <typename Edit>
void PolygonIndex::EditTileShapes(const Shape& shape,
                                  std::vector<bool>* touched,
                                  const Edit& edit) {
  for (size_t row = RowOf(shape.south - kRim); row <= RowOf(shape.north + kRim);
       ++row) {
    for (size_t column = ColumnOf(shape.west - kRim);
         column <= ColumnOf(shape.east + kRim); ++column) {
      const size_t tile = row * columns_ + column;
      (*touched)[tile] = true;
      edit(Unshare(&tile_shapes_[tile]));
    }
  }
}

void PolygonIndex::BuildTiles(const std::vector<bool>& touched) {
  std::vector<size_t> stale;
  for (size_t i = 0; i < touched.size(); ++i) {
    if (touched[i]) stale.push_back(i);
  }
  HugePages pages;
  HugePages* const memory = stale.size() < kFewTiles ? nullptr : &pages;
  ForEachRange(stale.size(), 1, [&](size_t begin, size_t /*end*/) {
    tiles_[stale[begin]] = MakeTile(stale[begin], memory);
  });
}

Tile PolygonIndex::MakeTile(size_t tile, HugePages* memory) const {
  std::vector<const Shape*> shapes;
  for (const auto& shape : *tile_shapes_[tile]) shapes.push_back(shape.get());
  if (shapes.empty()) return Tile();
  return Tile(FrameOf(tile / columns_, tile % columns_), shapes, memory);
}

PolygonIndex PolygonIndex::With(const std::vector<Entry>& changed) const {
  PolygonIndex next = *this;
  std::vector<std::shared_ptr<const Shape>> removed;
  std::vector<std::shared_ptr<const Shape>> added;
  bool outside = tiles_.empty();
  for (const Entry& entry : changed) {
    const auto number = static_cast<uint64_t>(entry.number);
    if (const Shapes* parts = shapes_.Find(number); parts != nullptr) {
      removed.insert(removed.end(), parts->begin(), parts->end());
      next.shapes_.Erase(number);
    }
    if (entry.polygons == nullptr || entry.polygons->empty()) continue;
    Shapes& parts = next.shapes_.Edit(number);
    for (const auto& polygon : *entry.polygons) {
      parts.push_back(
          std::make_shared<const Shape>(MakeShape(entry.number, polygon)));
      const Shape& shape = *added.emplace_back(parts.back());
      outside = outside || shape.west < west_ || shape.south < south_ ||
                shape.east > east_ || shape.north > north_;
    }
  }
  if (next.shapes_.size() == 0) return PolygonIndex();
  if (outside) {
    removed.clear();
    added.clear();
    next.shapes_.ForEach([&](uint64_t, const Shapes& parts) {
      added.insert(added.end(), parts.begin(), parts.end());
    });
    next.Frame();
  }
  std::vector<bool> touched(next.tiles_.size());
  for (const auto& shape : removed) {
    next.EditTileShapes(*shape, &touched,
                        [&](Shapes& shapes) { std::erase(shapes, shape); });
  }
  for (const auto& shape : added) {
    next.EditTileShapes(*shape, &touched,
                        [&](Shapes& shapes) { shapes.push_back(shape); });
  }
  next.BuildTiles(touched);
  return next;
}

Numbers PolygonIndex::Find(const Point& point) const {
  const double x = point.longitude_deg * kE7;
  const double y = point.latitude_deg * kE7;
  if (!(x >= west_ && x <= east_ && y >= south_ && y <= north_) ||
      tiles_.empty()) {
    return {};
  }
  const size_t row = RowOf(y);
  const size_t column = ColumnOf(x);
  return tiles_[row * columns_ + column].Find(FrameOf(row, column), point);
}

std::vector<int> PolygonIndex::NearBoxes(const Point& point,
                                         double meters) const {
  std::vector<int> numbers;
  if (tiles_.empty()) return numbers;
  const double y = point.latitude_deg * kE7;
  const double x = point.longitude_deg * kE7;
  const auto [high, wide] = ReachE7(point, meters);
  for (size_t row = RowOf(y - high); row <= RowOf(y + high); ++row) {
    for (size_t column = ColumnOf(x - wide); column <= ColumnOf(x + wide);
         ++column) {
      const auto& shapes = tile_shapes_[row * columns_ + column];
      if (shapes == nullptr) continue;
      for (const auto& shape : *shapes) {
        if (shape->west <= x + wide && shape->east >= x - wide &&
            shape->south <= y + high && shape->north >= y - high) {
          numbers.push_back(shape->number);
        }
      }
    }
  }
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

size_t PolygonIndex::ByteSize() const {
  size_t bytes = 0;
  shapes_.ForEach([&](uint64_t, const Shapes& parts) {
    for (const auto& shape : parts) {
      bytes += sizeof(Shape) + shape->edges.size() * sizeof(Edge);
    }
  });
  for (const auto& shapes : tile_shapes_) {
    if (shapes != nullptr) bytes += shapes->size() * sizeof(Shapes::value_type);
  }
  for (const Tile& tile : tiles_) bytes += tile.ByteSize();
  return bytes;
}

}  // namespace wangge::geo
