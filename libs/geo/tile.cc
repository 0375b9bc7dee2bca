#include "geo/tile.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "geo/polygons.h"

namespace wangge::geo {
namespace {

constexpr int kSide = Tile::kSide;
constexpr double kE7 = 1e7;
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

double SquaredDistance(const Edge& edge, double x, double y) {
  const double dx = edge.bx - edge.ax;
  const double dy = edge.by - edge.ay;
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

// Adds what is missing, removes what is there.
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
  return static_cast<int>(
      std::clamp(std::floor(distance / cell), 0.0, double{kSide - 1}));
}

}  // namespace

double Deviation(const Edge& edge) {
  return Deviation(std::abs(edge.bx - edge.ax), std::abs(edge.by - edge.ay),
                   std::max(std::abs(edge.ay), std::abs(edge.by)));
}

// Fills a tile: edges are entered into the cells near them, then each row is
// swept from the left, along the line of its centres.
class TileBuilder {
 public:
  TileBuilder(Tile* tile, const std::vector<const Shape*>& shapes)
      : tile_(*tile),
        frame_(tile->frame_),
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
  }

 private:
  using Set = std::vector<int>;  // Sorted.

  double North() const { return frame_.south + kSide * frame_.cell_height; }
  double East() const { return frame_.west + kSide * frame_.cell_width; }

  void Enter(int number, const Edge& edge) {
    EnterCrossings(number, edge);
    EnterCells(number, edge, Deviation(edge));
  }

  // Where the edge crosses the centre lines of rows.
  void EnterCrossings(int number, const Edge& edge) {
    const double low = std::min(edge.ay, edge.by);
    const double high = std::max(edge.ay, edge.by);
    const int from = FirstCentreAfter(low - frame_.south, frame_.cell_height);
    for (int row = from; row < kSide; ++row) {
      const double y = frame_.south + (row + 0.5) * frame_.cell_height;
      if (y >= high) break;
      if ((edge.ay <= y) == (edge.by <= y)) continue;
      const double x =
          edge.ax + (y - edge.ay) * (edge.bx - edge.ax) / (edge.by - edge.ay);
      const int column = FirstCentreAfter(x - frame_.west, frame_.cell_width);
      if (column < kSide) {
        toggles_[static_cast<size_t>(row)].emplace_back(column, number);
      }
    }
  }

  // The cells that the edge comes near to.
  void EnterCells(int number, const Edge& edge, double band) {
    const double reach = band + margin_;
    const auto [low, high] = std::minmax<double>(edge.ay, edge.by);
    const auto [left, right] = std::minmax<double>(edge.ax, edge.bx);
    if (low - reach > North() || high + reach < frame_.south ||
        left - reach > East() || right + reach < frame_.west) {
      return;
    }
    bool entered = false;
    const int last = CellAt(high + reach - frame_.south, frame_.cell_height);
    for (int row = CellAt(low - reach - frame_.south, frame_.cell_height);
         row <= last; ++row) {
      const auto [from, to] = Extent(edge, row, reach);
      if (from > East() || to < frame_.west) continue;
      const int end = CellAt(to - frame_.west, frame_.cell_width);
      for (int column = CellAt(from - frame_.west, frame_.cell_width);
           column <= end; ++column) {
        if (!std::exchange(entered, true)) {
          const double orient =
              band * std::hypot(edge.bx - edge.ax, edge.by - edge.ay);
          tile_.edges_.push_back(
              {edge, orient * orient, static_cast<float>(band), number});
        }
        near_.emplace_back(row * kSide + column,
                           static_cast<uint32_t>(tile_.edges_.size() - 1));
      }
    }
  }

  // From where to where the edge, widened, lies within a row.
  std::pair<double, double> Extent(const Edge& edge, int row,
                                   double reach) const {
    const auto [left, right] = std::minmax<double>(edge.ax, edge.bx);
    const double bottom = frame_.south + row * frame_.cell_height - reach;
    const double top = frame_.south + (row + 1) * frame_.cell_height + reach;
    if (edge.ay == edge.by) return {left - reach, right + reach};
    const double slope = (edge.bx - edge.ax) / (edge.by - edge.ay);
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
    for (auto group = near_.begin(); group != near_.end();) {
      const int cell = group->first;
      Tile::Mixed mixed;
      mixed.first_edge = static_cast<uint32_t>(tile_.mixed_edges_.size());
      for (; group != near_.end() && group->first == cell; ++group) {
        const Edge& e = tile_.edges_[group->second].edge;
        const bool left = Orient(e.ax, e.ay, e.bx, e.by, tile_.CentreX(cell),
                                 tile_.CentreY(cell)) > 0;
        tile_.mixed_edges_.push_back(group->second |
                                     (left ? Tile::kCentreLeft : 0));
      }
      mixed.edge_count =
          static_cast<uint32_t>(tile_.mixed_edges_.size()) - mixed.first_edge;
      SetBase(cell, &mixed);
      tile_.cells_[static_cast<size_t>(cell)] =
          Tile::kMixed | static_cast<uint32_t>(tile_.mixed_.size());
      tile_.mixed_.push_back(mixed);
    }
  }

  // The set at the centre: the sweep's, but exact for shapes with an edge too
  // near to it.
  void SetBase(int cell, Tile::Mixed* mixed) {
    const uint32_t swept = tile_.cells_[static_cast<size_t>(cell)];
    mixed->base = swept;
    const double x = tile_.CentreX(cell);
    const double y = tile_.CentreY(cell);
    Set close;
    for (uint32_t i = 0; i < mixed->edge_count; ++i) {
      const auto& near =
          tile_.EdgeAt(tile_.mixed_edges_[mixed->first_edge + i]);
      if (IsNear(near.edge, near.band + margin_, x, y)) {
        close.push_back(near.number);
      }
    }
    if (close.empty()) return;
    mixed->exact = true;
    std::sort(close.begin(), close.end());
    close.erase(std::unique(close.begin(), close.end()), close.end());
    const auto members = tile_.sets_.begin() + swept;
    Set base(members + 1, members + 1 + *members);
    for (const int number : close) {
      const bool held =
          std::find(base.begin(), base.end(), number) != base.end();
      if (held != NumberContainsExactly(number, PointAt(x, y))) {
        Toggle(number, &base);
      }
    }
    std::sort(base.begin(), base.end());
    mixed->base = Intern(base);
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
  std::vector<std::pair<int, uint32_t>> near_;             // Cell, edge.
  absl::flat_hash_map<Set, uint32_t> interned_;
  const double margin_;
};

Tile::Tile(const TileFrame& frame, const std::vector<const Shape*>& shapes)
    : frame_(frame) {
  TileBuilder(this, shapes).Build();
}

double Tile::CentreX(int cell) const {
  return frame_.west + (cell % kSide + 0.5) * frame_.cell_width;
}

double Tile::CentreY(int cell) const {
  const int row = cell / kSide;
  return frame_.south + (row + 0.5) * frame_.cell_height;
}

size_t Tile::ByteSize() const {
  return sizeof(Tile) + sets_.size() * sizeof(int) +
         mixed_edges_.size() * sizeof(uint32_t) +
         mixed_.size() * sizeof(Mixed) + edges_.size() * sizeof(NearEdge);
}

Tile::Toggled Tile::BetweenExactly(const Mixed& mixed, const Point& centre,
                                   const Point& point) const {
  Toggled toggled;
  for (uint32_t i = 0; i < mixed.edge_count; ++i) {
    const NearEdge& near = EdgeAt(mixed_edges_[mixed.first_edge + i]);
    if (CrossesExactly(centre, point, near.edge)) Toggle(near.number, &toggled);
  }
  return toggled;
}

Tile::Toggled Tile::Between(const Mixed& mixed, int cell,
                            const Point& point) const {
  const double x = point.longitude_deg * kE7;
  const double y = point.latitude_deg * kE7;
  const double cx = CentreX(cell);
  const double cy = CentreY(cell);
  if (mixed.exact) return BetweenExactly(mixed, PointAt(cx, cy), point);
  Toggled toggled;
  for (uint32_t i = 0; i < mixed.edge_count; ++i) {
    const uint32_t at = mixed_edges_[mixed.first_edge + i];
    const NearEdge& near = EdgeAt(at);
    const Edge& e = near.edge;
    const double side = Orient(e.ax, e.ay, e.bx, e.by, x, y);
    // The line is never farther than the edge itself.
    if (side * side <= near.orient_squared && IsNear(e, near.band, x, y)) {
      return BetweenExactly(mixed, PointAt(cx, cy), point);
    }
    const bool centre_left = (at & kCentreLeft) != 0;
    if (centre_left != (side > 0) && EndsApart(e, cx, cy, x, y)) {
      Toggle(near.number, &toggled);
    }
  }
  return toggled;
}

void Tile::Find(const Point& point, Numbers* numbers) const {
  const int column =
      CellAt(point.longitude_deg * kE7 - frame_.west, frame_.cell_width);
  const int row =
      CellAt(point.latitude_deg * kE7 - frame_.south, frame_.cell_height);
  const int cell = row * kSide + column;
  uint32_t set = cells_[static_cast<size_t>(cell)];
  Toggled toggled;
  if ((set & kMixed) != 0) {
    const Mixed& mixed = mixed_[set & ~kMixed];
    // The set is wanted right after; its memory comes meanwhile.
    __builtin_prefetch(sets_.data() + mixed.base);
    toggled = Between(mixed, cell, point);
    set = mixed.base;
  }
  const int* members = sets_.data() + set;
  for (const int* m = members + 1; m <= members + *members; ++m) {
    const auto at = std::find(toggled.begin(), toggled.end(), *m);
    if (at == toggled.end()) {
      numbers->push_back(*m);
    } else {
      toggled.erase(at);
    }
  }
  numbers->insert(numbers->end(), toggled.begin(), toggled.end());
}

}  // namespace wangge::geo
