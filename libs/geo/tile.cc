#include "geo/tile.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "geo/polygons.h"

namespace wangge::geo {
namespace {

constexpr int kSide = Tile::kSide;
// 0.1 mm: far above the rounding of a double, far below what matters.
constexpr double kRounding = 0.01;
// Beyond these the bound below is not a bound any more.
constexpr double kMostDegrees = 2;
constexpr double kMostLatitude = 75;

// How far, in 1e-7 degree, a straight line in the plane may leave the geodesic
// of its ends. Along a geodesic the second derivatives are
// lat'' = -sin(lat) cos(lat) lng'^2 and lng'' = 2 tan(lat) lat' lng', and a
// chord leaves its curve by at most an eighth of them; the half more covers the
// higher orders.
double Deviation(double width_e7, double height_e7, double latitude_e7) {
  const double width = width_e7 / kE7;
  const double height = height_e7 / kE7;
  const double latitude = std::abs(latitude_e7 / kE7) + height;
  if (width > kMostDegrees || height > kMostDegrees ||
      latitude > kMostLatitude) {
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

// Fills a tile: edges are entered into the cells near them, then each row is
// swept from the left, along the line of its centres.
class TileBuilder {
 public:
  TileBuilder(Tile* tile, const TileFrame& frame,
              const std::vector<const Shape*>& shapes)
      : tile_(*tile),
        frame_(frame),
        shapes_(shapes),
        toggles_(kSide),
        // The way from a centre to a point of its cell bends too.
        margin_(
            Deviation(frame_.cell_width, frame_.cell_height,
                      std::max(std::abs(frame_.south), std::abs(North())))) {}

  void Build() {
    // The parts of a polygon lie apart, so that edges of any of them toggle it.
    for (const Shape* shape : shapes_) {
      for (const Edge& edge : shape->edges) Enter(shape->number, edge);
    }
    for (int row = 0; row < kSide; ++row) SweepRow(row);
    MixCells();
    tile_.sets_.shrink_to_fit();
  }

 private:
  using Set = std::vector<int>;  // Sorted.
  // An edge, whichever way it runs, and the polygons that it bounds.
  struct Line {
    Edge edge;
    double band = 0;
    Set numbers;
  };

  double North() const { return frame_.south + kSide * frame_.cell_height; }
  double East() const { return frame_.west + kSide * frame_.cell_width; }

  void Enter(int number, const Edge& edge) {
    EnterCrossings(number, edge);
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
    const auto [known, fresh] = line_of_.emplace(corners, lines_.size());
    if (fresh) {
      lines_.push_back({edge, band, {}});
      EnterCells(edge, reach, known->second);
    }
    Toggle(number, &lines_[known->second].numbers);
  }

  // Where the edge crosses the centre lines of rows.
  void EnterCrossings(int number, const Edge& edge) {
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
  void EnterCells(const Edge& edge, double reach, size_t line) {
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
        interned_.emplace(set, static_cast<uint32_t>(tile_.sets_.size()));
    if (fresh) {
      tile_.sets_.push_back(static_cast<int>(set.size()));
      tile_.sets_.insert(tile_.sets_.end(), set.begin(), set.end());
    }
    return place->second;
  }

  Set SetAt(uint32_t set) const {
    const auto members = tile_.sets_.begin() + set;
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
      tile_.cells_[static_cast<size_t>(cell)] = set;
    }
  }

  void MixCells() {
    std::stable_sort(
        near_.begin(), near_.end(),
        [](const auto& a, const auto& b) { return a.first < b.first; });
    tile_.edges_.reserve(near_.size());
    for (auto group = near_.begin(); group != near_.end();) {
      auto end = group;
      while (end != near_.end() && end->first == group->first) ++end;
      std::vector<const Line*> lines;
      for (; group != end; ++group) lines.push_back(&lines_[group->second]);
      MixCell(std::prev(end)->first, lines);
    }
  }

  void MixCell(int cell, const std::vector<const Line*>& lines) {
    uint32_t& content = tile_.cells_[static_cast<size_t>(cell)];
    const Tile::Spot centre = Tile::CentreOf(frame_, cell);
    const Set close = TooNear(centre, lines);
    const Set base = Corrected(SetAt(content), close, centre);
    Tile::NearEdge near;
    near.base = Intern(base);
    near.exact = !close.empty();
    content = Tile::kMixed | static_cast<uint32_t>(tile_.edges_.size());
    for (const Line* line : lines) {
      const Edge& e = line->edge;
      near.edge = e;
      near.band = static_cast<float>(line->band);
      near.centre_left = Orient(e.ax, e.ay, e.bx, e.by, centre.x, centre.y) > 0;
      Set beyond = base;
      for (const int number : line->numbers) Toggle(number, &beyond);
      std::sort(beyond.begin(), beyond.end());
      near.beyond = Intern(beyond);
      near.last = line == lines.back();
      tile_.edges_.push_back(near);
    }
  }

  // The polygons with an edge too near to the centre for the plane.
  Set TooNear(const Tile::Spot& centre,
              const std::vector<const Line*>& lines) const {
    Set close;
    for (const Line* line : lines) {
      if (IsNear(line->edge, line->band + margin_, centre.x, centre.y)) {
        close.insert(close.end(), line->numbers.begin(), line->numbers.end());
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

  Tile& tile_;
  const TileFrame& frame_;
  const std::vector<const Shape*>& shapes_;
  std::vector<std::vector<std::pair<int, int>>> toggles_;  // By row.
  std::vector<Line> lines_;
  absl::flat_hash_map<std::tuple<int, int, int, int>, size_t> line_of_;
  std::vector<std::pair<int, size_t>> near_;  // Cell, line.
  absl::flat_hash_map<Set, uint32_t> interned_;
  const double margin_;
};

Tile::Tile(const TileFrame& frame, const std::vector<const Shape*>& shapes) {
  TileBuilder(this, frame, shapes).Build();
}

Tile::Spot Tile::CentreOf(const TileFrame& frame, int cell) {
  const int row = cell / kSide;
  return {frame.west + (cell % kSide + 0.5) * frame.cell_width,
          frame.south + (row + 0.5) * frame.cell_height};
}

size_t Tile::ByteSize() const {
  return sizeof(Tile) + sets_.size() * sizeof(int) +
         edges_.size() * sizeof(NearEdge);
}

Tile::Crossed Tile::BetweenExactly(const NearEdge* edges, const Spot& centre,
                                   const Point& point) {
  Crossed crossed;
  const Point from = PointAt(centre.x, centre.y);
  for (const NearEdge* near = edges;; ++near) {
    if (CrossesExactly(from, point, near->edge)) crossed.push_back(near);
    if (near->last) return crossed;
  }
}

Tile::Crossed Tile::Between(const NearEdge* edges, const Spot& centre,
                            const Point& point) {
  const double x = point.longitude_deg * kE7;
  const double y = point.latitude_deg * kE7;
  if (edges->exact) return BetweenExactly(edges, centre, point);
  Crossed crossed;
  for (const NearEdge* near = edges;; ++near) {
    const Edge& e = near->edge;
    const double side = Orient(e.ax, e.ay, e.bx, e.by, x, y);
    const double squared_length = Width(e) * Width(e) + Height(e) * Height(e);
    // The line is never farther than the edge itself.
    if (side * side <= double{near->band} * near->band * squared_length &&
        IsNear(e, near->band, x, y)) {
      return BetweenExactly(edges, centre, point);
    }
    if (near->centre_left != (side > 0) &&
        EndsApart(e, centre.x, centre.y, x, y)) {
      crossed.push_back(near);
    }
    if (near->last) return crossed;
  }
}

Numbers Tile::SetAt(uint32_t set) const {
  const int* members = sets_.data() + set;
  return {members + 1, members + 1 + *members};
}

Numbers Tile::Find(const TileFrame& frame, const Point& point) const {
  const int column =
      CellAt(point.longitude_deg * kE7 - frame.west, frame.cell_width);
  const int row =
      CellAt(point.latitude_deg * kE7 - frame.south, frame.cell_height);
  const int cell = row * kSide + column;
  const uint32_t content = cells_[static_cast<size_t>(cell)];
  if ((content & kMixed) == 0) return SetAt(content);
  const NearEdge* edges = edges_.data() + (content & ~kMixed);
  // The set is wanted right after; its memory comes meanwhile.
  __builtin_prefetch(sets_.data() + edges->base);
  const Crossed crossed = Between(edges, CentreOf(frame, cell), point);
  if (crossed.size() == 1) return SetAt(crossed[0]->beyond);
  const Numbers base = SetAt(edges->base);
  // Each edge changes the centre's set by what its own far side differs in.
  Numbers found = base;
  for (const NearEdge* near : crossed) {
    const Numbers beyond = SetAt(near->beyond);
    Numbers changed;
    std::set_symmetric_difference(base.begin(), base.end(), beyond.begin(),
                                  beyond.end(), std::back_inserter(changed));
    for (const int number : changed) Toggle(number, &found);
  }
  return found;
}

}  // namespace wangge::geo
