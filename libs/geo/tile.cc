#include "geo/tile.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "geo/polygons.h"

namespace wangge::geo {
namespace {

constexpr int kSide = Tile::kSide;
constexpr size_t kCells = size_t{kSide} * kSide;
// 0.1 mm: far above the rounding of a double, far below what matters.
constexpr double kRounding = 0.01;
// Beyond these the bound below is not a bound any more.
constexpr double kMaxDegrees = 2;
constexpr double kMaxLatitude = 75;

// How far, in 1e-7 degree, a straight line in the plane may leave the geodesic
// of its ends. Along a geodesic the second derivatives are
// lat'' = -sin(lat) cos(lat) lng'^2 and lng'' = 2 tan(lat) lat' lng', and a
// chord leaves its curve by at most an eighth of them; the half more covers the
// higher orders.
double Deviation(double width_e7, double height_e7, double latitude_e7) {
  const double width = width_e7 / kE7;
  const double height = height_e7 / kE7;
  const double latitude = std::abs(latitude_e7 / kE7) + height;
  if (width > kMaxDegrees || height > kMaxDegrees || latitude > kMaxLatitude) {
    return std::numeric_limits<float>::max();
  }
  const double radians = M_PI / 180;
  const double bend =
      0.5 * width * width + 2 * std::tan(latitude * radians) * width * height;
  return 1.5 * bend / 8 * radians * kE7 + kRounding;
}

// Positive when c lies on the left of ab.
double Orient(double ax, double ay, double bx, double by, double cx,
              double cy) {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
}

std::pair<double, double> Ordered(double a, double b) {
  return {std::min(a, b), std::max(a, b)};
}

double Width(const Edge& edge) { return double(edge.bx) - edge.ax; }
double Height(const Edge& edge) { return double(edge.by) - edge.ay; }

double SquaredDistance(const Edge& edge, double x, double y) {
  const double dx = Width(edge);
  const double dy = Height(edge);
  const double px = x - edge.ax;
  const double py = y - edge.ay;
  const double along =
      std::clamp((px * dx + py * dy) / (dx * dx + dy * dy), 0.0, 1.0);
  const double ex = px - along * dx;
  const double ey = py - along * dy;
  return ex * ex + ey * ey;
}

bool IsNear(const Edge& edge, double band, double x, double y) {
  return SquaredDistance(edge, x, y) <= band * band;
}

// Whether the edge's line is crossed between its ends by the line from c to p.
// Vertices count with the one side, so that the parity over a ring is right.
bool EndsApart(const Edge& e, double cx, double cy, double px, double py) {
  const bool a_left = Orient(cx, cy, px, py, e.ax, e.ay) > 0;
  const bool b_left = Orient(cx, cy, px, py, e.bx, e.by) > 0;
  return a_left != b_left;
}

// As S2 has it: a product and a quotient differ in the last bit.
Point PointAt(double x, double y) { return {1e-7 * y, 1e-7 * x}; }

bool CrossesExactly(const Point& c, const Point& p, const Edge& e) {
  return CrossesExactly(c, p, PointAt(e.ax, e.ay), PointAt(e.bx, e.by));
}

// Whether the shape contains the point, from all its edges: counted from the
// pole that is farther away, which lies outside.
bool ContainsExactly(const Shape& shape, const Point& point) {
  const Point pole = {point.latitude_deg > 0 ? -90.0 : 90.0, 0};
  bool inside = false;
  for (const Edge& edge : shape.edges) {
    inside ^= CrossesExactly(pole, point, edge);
  }
  return inside;
}

// Adds what is missing, takes out what is there.
template <typename Set>
void Toggle(int number, Set* set) {
  const auto at = std::find(set->begin(), set->end(), number);
  if (at == set->end()) {
    set->push_back(number);
  } else {
    *at = set->back();
    set->pop_back();
  }
}

// See Tile.
template <typename Word>
constexpr Word kFlag = static_cast<Word>(Word{1} << (8 * sizeof(Word) - 1));

template <typename Word>
constexpr bool IsFlagged(Word word) {
  return (word & kFlag<Word>) != 0;
}

template <typename Word>
constexpr uint32_t IndexOf(Word word) {
  return static_cast<Word>(word & ~kFlag<Word>);
}

std::shared_ptr<std::byte> Alone(size_t bytes) {
  const auto array = std::make_shared<std::byte[]>(bytes);
  return {array, array.get()};
}

int FirstCentreAfter(double distance, double cell) {
  return std::clamp(static_cast<int>(std::ceil(distance / cell - 0.5)), 0,
                    kSide);
}

int CellAt(double distance, double cell) {
  return static_cast<int>(std::clamp(distance / cell, 0.0, kSide - 1.0));
}

}  // namespace

double Deviation(const Edge& edge) {
  return Deviation(std::abs(Width(edge)), std::abs(Height(edge)),
                   std::max(std::abs(edge.ay), std::abs(edge.by)));
}

Shape MakeShape(int number, const registry::v1::Polygon& polygon) {
  constexpr double kFarthest = 180 * kE7;
  Shape shape;
  shape.number = number;
  shape.west = shape.south = kFarthest;
  shape.east = shape.north = -kFarthest;
  for (const auto& ring : polygon.rings()) {
    const auto& e7 = ring.coordinates_e7();
    for (int i = 0; i + 1 < e7.size(); i += 2) {
      const int next = i + 3 < e7.size() ? i + 2 : 0;
      const Edge edge{e7[i], e7[i + 1], e7[next], e7[next + 1]};
      const double bend = std::min(Deviation(edge), kFarthest);
      shape.edges.push_back(edge);
      shape.west = std::min(shape.west, std::min(edge.ax, edge.bx) - bend);
      shape.east = std::max(shape.east, std::max(edge.ax, edge.bx) + bend);
      shape.south = std::min(shape.south, std::min(edge.ay, edge.by) - bend);
      shape.north = std::max(shape.north, std::max(edge.ay, edge.by) + bend);
    }
  }
  return shape;
}

// Builds a tile: edges are added to the cells near them, then each row is
// swept from the left, along the line of its centres.
class TileBuilder {
 public:
  TileBuilder(const TileFrame& frame, const std::vector<const Shape*>& shapes)
      : frame_(frame),
        shapes_(shapes),
        toggles_(kSide),
        // The way from a centre to a point of its cell bends too.
        margin_(
            Deviation(frame_.cell_width, frame_.cell_height,
                      std::max(std::abs(frame_.south), std::abs(North())))) {}

  void Build() {
    // The parts of a polygon lie apart, so that edges of any of them toggle it.
    for (const Shape* shape : shapes_) {
      for (const Edge& edge : shape->edges) AddEdge(shape->number, edge);
    }
    for (int row = 0; row < kSide; ++row) SweepRow(row);
    BuildRecords();
  }

  // What was built, in `memory` or by itself.
  Tile Lay(HugePages* memory) const {
    Tile tile;
    tile.wide_ = std::max({records_.size(), lines_.size(), sets_.size()}) >
                 IndexOf(std::numeric_limits<uint16_t>::max());
    const size_t words = (cells_.size() + records_.size()) *
                         (tile.wide_ ? sizeof(uint32_t) : sizeof(uint16_t));
    const size_t lines_begin = (words + alignof(Tile::Line) - 1) /
                               alignof(Tile::Line) * alignof(Tile::Line);
    const size_t sets_begin = lines_begin + lines_.size() * sizeof(Tile::Line);
    const size_t bytes = sets_begin + sets_.size() * sizeof(int);
    if (bytes > std::numeric_limits<uint32_t>::max()) {
      throw std::length_error("too many edges in one tile");
    }
    tile.byte_size_ = static_cast<uint32_t>(bytes);
    tile.lines_begin_ = static_cast<uint32_t>(lines_begin);
    tile.sets_begin_ = static_cast<uint32_t>(sets_begin);
    const std::shared_ptr<std::byte> laid =
        memory != nullptr ? memory->Allocate(bytes) : Alone(bytes);
    if (tile.wide_) {
      LayWords(reinterpret_cast<uint32_t*>(laid.get()));
    } else {
      LayWords(reinterpret_cast<uint16_t*>(laid.get()));
    }
    auto* const lines = reinterpret_cast<Tile::Line*>(laid.get() + lines_begin);
    std::transform(lines_.begin(), lines_.end(), lines, [](const Bound& bound) {
      return Tile::Line{bound.edge, static_cast<float>(bound.band)};
    });
    std::copy(sets_.begin(), sets_.end(),
              reinterpret_cast<int*>(laid.get() + sets_begin));
    tile.memory_ = laid;
    return tile;
  }

 private:
  using Set = std::vector<int>;  // Sorted.
  // A line and the polygons that it bounds.
  struct Bound {
    Edge edge;
    double band = 0;
    Set numbers;
  };

  double North() const { return frame_.south + kSide * frame_.cell_height; }
  double East() const { return frame_.west + kSide * frame_.cell_width; }

  void AddEdge(int number, const Edge& edge) {
    AddCrossings(number, edge);
    const double band = Deviation(edge);
    const double reach = band + margin_;
    const auto [low, high] = Ordered(edge.ay, edge.by);
    const auto [left, right] = Ordered(edge.ax, edge.bx);
    if (low - reach > North() || high + reach < frame_.south ||
        left - reach > East() || right + reach < frame_.west) {
      return;
    }
    const bool forward =
        std::tie(edge.ax, edge.ay) <= std::tie(edge.bx, edge.by);
    const auto corners =
        forward ? std::make_tuple(edge.ax, edge.ay, edge.bx, edge.by)
                : std::make_tuple(edge.bx, edge.by, edge.ax, edge.ay);
    const auto [known, fresh] =
        line_of_.emplace(corners, static_cast<uint32_t>(lines_.size()));
    if (fresh) {
      lines_.push_back({edge, band, {}});
      AddToCells(edge, reach, known->second);
    }
    Toggle(number, &lines_[known->second].numbers);
  }

  // Where the edge crosses the centre lines of rows.
  void AddCrossings(int number, const Edge& edge) {
    const auto [low, high] = Ordered(edge.ay, edge.by);
    const int from = FirstCentreAfter(low - frame_.south, frame_.cell_height);
    for (int row = from; row < kSide; ++row) {
      const double y = frame_.south + (row + 0.5) * frame_.cell_height;
      if (y >= high) break;
      if ((edge.ay <= y) == (edge.by <= y)) continue;
      const double x = edge.ax + (y - edge.ay) * Width(edge) / Height(edge);
      const int column = FirstCentreAfter(x - frame_.west, frame_.cell_width);
      if (column < kSide) {
        toggles_[static_cast<size_t>(row)].emplace_back(column, number);
      }
    }
  }

  // The cells that the edge comes near to.
  void AddToCells(const Edge& edge, double reach, uint32_t line) {
    const auto [low, high] = Ordered(edge.ay, edge.by);
    const int last = CellAt(high + reach - frame_.south, frame_.cell_height);
    for (int row = CellAt(low - reach - frame_.south, frame_.cell_height);
         row <= last; ++row) {
      const auto [from, to] = Extent(edge, row, reach);
      if (from > East() || to < frame_.west) continue;
      const int end = CellAt(to - frame_.west, frame_.cell_width);
      for (int column = CellAt(from - frame_.west, frame_.cell_width);
           column <= end; ++column) {
        near_.emplace_back(row * kSide + column, line);
      }
    }
  }

  // From where to where the edge, widened, lies within a row.
  std::pair<double, double> Extent(const Edge& edge, int row,
                                   double reach) const {
    const auto [left, right] = Ordered(edge.ax, edge.bx);
    const double bottom = frame_.south + row * frame_.cell_height - reach;
    const double top = frame_.south + (row + 1) * frame_.cell_height + reach;
    if (edge.ay == edge.by) return {left - reach, right + reach};
    const double slope = Width(edge) / Height(edge);
    const double x1 =
        std::clamp(edge.ax + (bottom - edge.ay) * slope, left, right);
    const double x2 =
        std::clamp(edge.ax + (top - edge.ay) * slope, left, right);
    return {std::min(x1, x2) - reach, std::max(x1, x2) + reach};
  }

  uint32_t Intern(const Set& set) {
    const auto [place, fresh] =
        interned_.emplace(set, static_cast<uint32_t>(sets_.size()));
    if (fresh) {
      sets_.push_back(static_cast<int>(set.size()));
      sets_.insert(sets_.end(), set.begin(), set.end());
    }
    return place->second;
  }

  Set SetAt(uint32_t set) const {
    const auto members = sets_.begin() + set;
    return {members + 1, members + 1 + *members};
  }

  void SweepRow(int row) {
    auto& toggles = toggles_[static_cast<size_t>(row)];
    std::sort(toggles.begin(), toggles.end());
    Set inside;
    auto next = toggles.begin();
    uint32_t set = Intern(inside);
    for (int column = 0; column < kSide; ++column) {
      const auto before = next;
      for (; next != toggles.end() && next->first == column; ++next) {
        Toggle(next->second, &inside);
      }
      if (next != before) {
        std::sort(inside.begin(), inside.end());
        set = Intern(inside);
      }
      const int cell = row * kSide + column;
      cells_[static_cast<size_t>(cell)] = set;
    }
  }

  void BuildRecords() {
    std::stable_sort(
        near_.begin(), near_.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto group = near_.begin(); group != near_.end();) {
      auto end = group;
      while (end != near_.end() && end->first == group->first) ++end;
      std::vector<uint32_t> lines;
      for (; group != end; ++group) lines.push_back(group->second);
      BuildRecord(std::prev(end)->first, lines);
    }
  }

  void BuildRecord(int cell, const std::vector<uint32_t>& lines) {
    uint32_t& content = cells_[static_cast<size_t>(cell)];
    const Tile::Spot centre = Tile::CentreOf(frame_, cell);
    const Set close = TooNear(centre, lines);
    const Set base = Corrected(SetAt(content), close, centre);
    content = Word(static_cast<uint32_t>(records_.size()), true);
    records_.push_back(Word(Intern(base), !close.empty()));
    for (const uint32_t line : lines) {
      const Edge& e = lines_[line].edge;
      Set beyond = base;
      for (const int number : lines_[line].numbers) Toggle(number, &beyond);
      std::sort(beyond.begin(), beyond.end());
      records_.push_back(Word(line, line == lines.back()));
      records_.push_back(Word(Intern(beyond), Orient(e.ax, e.ay, e.bx, e.by,
                                                     centre.x, centre.y) > 0));
    }
  }

  static uint32_t Word(uint32_t index, bool flag) {
    return index | (flag ? kFlag<uint32_t> : 0);
  }

  template <typename T>
  void LayWords(T* words) const {
    for (const auto* part : {&cells_, &records_}) {
      for (const uint32_t word : *part) {
        *words++ =
            static_cast<T>(IndexOf(word) | (IsFlagged(word) ? kFlag<T> : 0));
      }
    }
  }

  // The polygons with an edge too near to the centre for the plane.
  Set TooNear(const Tile::Spot& centre,
              const std::vector<uint32_t>& lines) const {
    Set close;
    for (const uint32_t index : lines) {
      const Bound& line = lines_[index];
      if (IsNear(line.edge, line.band + margin_, centre.x, centre.y)) {
        close.insert(close.end(), line.numbers.begin(), line.numbers.end());
      }
    }
    std::sort(close.begin(), close.end());
    close.erase(std::unique(close.begin(), close.end()), close.end());
    return close;
  }

  // The set at the centre: the sweep's, but exact for the close ones.
  Set Corrected(Set base, const Set& close, const Tile::Spot& centre) const {
    for (const int number : close) {
      const bool held =
          std::find(base.begin(), base.end(), number) != base.end();
      if (held != NumberContainsExactly(number, PointAt(centre.x, centre.y))) {
        Toggle(number, &base);
      }
    }
    std::sort(base.begin(), base.end());
    return base;
  }

  bool NumberContainsExactly(int number, const Point& point) const {
    return std::any_of(shapes_.begin(), shapes_.end(), [&](const Shape* shape) {
      return shape->number == number && ContainsExactly(*shape, point);
    });
  }

  const TileFrame& frame_;
  const std::vector<const Shape*>& shapes_;
  std::vector<std::vector<std::pair<int, int>>> toggles_;  // By row.
  std::vector<Bound> lines_;
  absl::flat_hash_map<std::tuple<int, int, int, int>, uint32_t> line_of_;
  std::vector<std::pair<int, uint32_t>> near_;  // Cell, line.
  absl::flat_hash_map<Set, uint32_t> interned_;
  const double margin_;
  // As Tile has them, of words of 32 bits.
  std::vector<uint32_t> cells_ = std::vector<uint32_t>(kCells);
  std::vector<uint32_t> records_;
  std::vector<int> sets_;
};

Tile::Tile(const TileFrame& frame, const std::vector<const Shape*>& shapes,
           HugePages* memory) {
  TileBuilder builder(frame, shapes);
  builder.Build();
  *this = builder.Lay(memory);
}

Tile::Spot Tile::CentreOf(const TileFrame& frame, int cell) {
  const int row = cell / kSide;
  return {frame.west + (cell % kSide + 0.5) * frame.cell_width,
          frame.south + (row + 0.5) * frame.cell_height};
}

const Tile::Line& Tile::LineAt(uint32_t line) const {
  return reinterpret_cast<const Line*>(memory_.get() + lines_begin_)[line];
}

Numbers Tile::SetAt(uint32_t set) const {
  const int* members =
      reinterpret_cast<const int*>(memory_.get() + sets_begin_) + set;
  return {members + 1, members + 1 + *members};
}

template <typename Word>
Tile::Sets Tile::BetweenExactly(const Word* record, const Spot& centre,
                                const Point& point) const {
  Sets crossed;
  const Point from = PointAt(centre.x, centre.y);
  for (const Word* near = record + 1;; near += 2) {
    if (CrossesExactly(from, point, LineAt(IndexOf(near[0])).edge)) {
      crossed.push_back(IndexOf(near[1]));
    }
    if (IsFlagged(near[0])) return crossed;
  }
}

template <typename Word>
Tile::Sets Tile::Between(const Word* record, const Spot& centre,
                         const Point& point) const {
  const double x = point.longitude_deg * kE7;
  const double y = point.latitude_deg * kE7;
  if (IsFlagged(record[0])) return BetweenExactly(record, centre, point);
  Sets crossed;
  for (const Word* near = record + 1;; near += 2) {
    const auto& [e, band] = LineAt(IndexOf(near[0]));
    const double side = Orient(e.ax, e.ay, e.bx, e.by, x, y);
    const double squared_length = Width(e) * Width(e) + Height(e) * Height(e);
    // The line is never farther than the edge itself.
    if (side * side <= double{band} * band * squared_length &&
        IsNear(e, band, x, y)) {
      return BetweenExactly(record, centre, point);
    }
    if (IsFlagged(near[1]) != (side > 0) &&
        EndsApart(e, centre.x, centre.y, x, y)) {
      crossed.push_back(IndexOf(near[1]));
    }
    if (IsFlagged(near[0])) return crossed;
  }
}

template <typename Word>
Numbers Tile::FindIn(const TileFrame& frame, const Point& point) const {
  const int column =
      CellAt(point.longitude_deg * kE7 - frame.west, frame.cell_width);
  const int row =
      CellAt(point.latitude_deg * kE7 - frame.south, frame.cell_height);
  const int cell = row * kSide + column;
  const auto* words = reinterpret_cast<const Word*>(memory_.get());
  const Word content = words[cell];
  if (!IsFlagged(content)) return SetAt(content);
  const Word* record = words + kCells + IndexOf(content);
  const Sets crossed = Between(record, CentreOf(frame, cell), point);
  if (crossed.size() == 1) return SetAt(crossed[0]);
  const Numbers base = SetAt(IndexOf(record[0]));
  // Each line changes the centre's set by what its own far side differs in.
  Numbers found = base;
  for (const uint32_t set : crossed) {
    const Numbers beyond = SetAt(set);
    Numbers changed;
    std::set_symmetric_difference(base.begin(), base.end(), beyond.begin(),
                                  beyond.end(), std::back_inserter(changed));
    for (const int number : changed) Toggle(number, &found);
  }
  return found;
}

Numbers Tile::Find(const TileFrame& frame, const Point& point) const {
  if (memory_ == nullptr) return {};
  return wide_ ? FindIn<uint32_t>(frame, point)
               : FindIn<uint16_t>(frame, point);
}

}  // namespace wangge::geo
