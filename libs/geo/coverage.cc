#include "geo/coverage.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "geo/s2_rings.h"
#include "s2/s2builderutil_s2polygon_layer.h"
#include "s2/s2builderutil_snap_functions.h"
#include "s2/s2earth.h"
#include "s2/s2latlng.h"
#include "s2/s2polygon.h"
#include "s2/s2winding_operation.h"

namespace wangge::geo {
namespace {

// A corner: longitude and latitude in 1e-7 degree, packed.
using Corner = uint64_t;

Corner Pack(int32_t lng, int32_t lat) {
  return static_cast<uint64_t>(static_cast<uint32_t>(lng)) << 32 |
         static_cast<uint32_t>(lat);
}

S2Point ToPoint(Corner corner) {
  return S2LatLng::FromE7(static_cast<int32_t>(corner & 0xFFFFFFFF),
                          static_cast<int32_t>(corner >> 32))
      .ToPoint();
}

// Positive when the ring turns to the left, as the plane has it; a city is
// small.
double SignedArea(const registry::v1::Ring& ring) {
  const auto& e7 = ring.coordinates_e7();
  const double x0 = e7[0];
  const double y0 = e7[1];
  double twice = 0;
  for (int i = 2; i + 3 < e7.size(); i += 2) {
    twice +=
        (e7[i] - x0) * (e7[i + 3] - y0) - (e7[i + 2] - x0) * (e7[i + 1] - y0);
  }
  return twice;
}

// Directed edges with how often they occur; opposite ones cancel and are
// forgotten, so that little is held at once.
class Curves {
 public:
  void Add(const Polygons& polygons, bool reversed) {
    for (const auto& polygon : polygons) {
      for (int i = 0; i < polygon.rings_size(); ++i) {
        const bool left = SignedArea(polygon.rings(i)) > 0;
        AddRing(polygon.rings(i), (left == (i == 0)) != reversed);
      }
    }
  }

  // What has not cancelled, as closed loops: at every corner as many edges
  // arrive as leave, so a walk ends only where it began.
  std::vector<std::vector<S2Point>> Loops() const {
    absl::flat_hash_map<Corner, std::vector<Corner>> next;
    std::vector<Corner> corners;
    for (const auto& [edge, count] : edges_) {
      const auto [from, to] =
          count > 0 ? edge : std::make_pair(edge.second, edge.first);
      for (int i = 0; i < std::abs(count); ++i) next[from].push_back(to);
      corners.push_back(from);
    }
    std::sort(corners.begin(), corners.end());
    std::vector<std::vector<S2Point>> loops;
    for (const Corner start : corners) {
      while (!next[start].empty()) {
        auto& loop = loops.emplace_back();
        Corner at = start;
        do {
          loop.push_back(ToPoint(at));
          std::vector<Corner>& ways = next[at];
          at = ways.back();
          ways.pop_back();
        } while (at != start);
      }
    }
    return loops;
  }

 private:
  void AddRing(const registry::v1::Ring& ring, bool forwards) {
    const auto& e7 = ring.coordinates_e7();
    Corner from = Pack(e7[e7.size() - 2], e7[e7.size() - 1]);
    for (int i = 0; i + 1 < e7.size(); i += 2) {
      const Corner to = Pack(e7[i], e7[i + 1]);
      const bool ordered = from < to;
      const auto edge = edges_.try_emplace(std::minmax({from, to}), 0).first;
      edge->second += ordered == forwards ? 1 : -1;
      if (edge->second == 0) edges_.erase(edge);
      from = to;
    }
  }

  absl::flat_hash_map<std::pair<Corner, Corner>, int> edges_;
};

Polygons ToPolygons(const std::vector<const S2Loop*>& loops) {
  Polygons polygons;
  auto* polygon = polygons.Add();
  for (const S2Loop* loop : loops) AddRing(*loop, polygon);
  return polygons;
}

double PerimeterMeters(const S2Loop& loop) {
  double meters = 0;
  for (int i = 0; i < loop.num_vertices(); ++i) {
    meters += S2Earth::ToMeters(S1Angle(loop.vertex(i), loop.vertex(i + 1)));
  }
  return meters;
}

// The centroid, or else the middle of an ear: every simple ring has two
// triangles of neighbouring corners that lie inside.
Point PointIn(const S2Polygon& polygon) {
  S2Point inside = polygon.GetCentroid().Normalize();
  const S2Loop& shell = *polygon.loop(0);
  for (int i = 0; i < shell.num_vertices() && !polygon.Contains(inside); ++i) {
    inside = (shell.vertex(i) + shell.vertex(i + 1) + shell.vertex(i + 2))
                 .Normalize();
  }
  const S2LatLng at(inside);
  return {at.lat().degrees(), at.lng().degrees()};
}

// The connected parts of a polygon, each a shell with its holes.
void AddPatches(const S2Polygon& regions, Patch::Kind kind,
                Coverage* coverage) {
  for (int i = 0; i < regions.num_loops();) {
    const int end = regions.GetLastDescendant(i) + 1;
    std::vector<std::unique_ptr<S2Loop>> loops;
    std::vector<const S2Loop*> views;
    double meters = 0;
    for (int k = i; k < end; ++k) {
      loops.emplace_back(regions.loop(k)->Clone());
      views.push_back(regions.loop(k));
      meters += PerimeterMeters(*regions.loop(k));
    }
    i = end;
    const S2Polygon part(std::move(loops));
    const double area = S2Earth::SteradiansToSquareMeters(part.GetArea());
    if (area < kSliverSquareMeters || 2 * area < kSliverWidthMeters * meters) {
      ++coverage->sliver_count;
      coverage->sliver_square_meters += area;
      continue;
    }
    coverage->patches.push_back({kind, area, PointIn(part), ToPolygons(views)});
  }
}

// Adds the regions whose winding number, more by `offset`, the rule selects.
void AddRegions(const std::vector<std::vector<S2Point>>& loops, int offset,
                S2WindingOperation::WindingRule rule, Patch::Kind kind,
                Coverage* coverage) {
  S2Polygon regions;
  S2WindingOperation operation(
      std::make_unique<s2builderutil::S2PolygonLayer>(&regions));
  for (const auto& loop : loops) operation.AddLoop(loop);
  // Far from every city.
  const S2Point outside = S2LatLng::FromDegrees(-89.9, 0.1).ToPoint();
  S2Error error;
  if (operation.Build(outside, offset, rule, &error)) {
    AddPatches(regions, kind, coverage);
  }
}

void SortBySize(Coverage* coverage) {
  std::stable_sort(coverage->patches.begin(), coverage->patches.end(),
                   [](const Patch& a, const Patch& b) {
                     return a.square_meters > b.square_meters;
                   });
}

}  // namespace

Coverage CheckCoverage(const Polygons& parent,
                       const std::vector<const Polygons*>& children) {
  Curves curves;
  for (const Polygons* child : children) curves.Add(*child, false);
  curves.Add(parent, true);
  Coverage coverage;
  const auto loops = curves.Loops();
  coverage.proved = loops.empty();
  if (coverage.proved) return coverage;
  AddRegions(loops, 0, S2WindingOperation::WindingRule::NEGATIVE,
             Patch::Kind::kGap, &coverage);
  AddRegions(loops, 0, S2WindingOperation::WindingRule::POSITIVE,
             Patch::Kind::kOverlap, &coverage);
  for (Patch& patch : coverage.patches) {
    if (patch.kind == Patch::Kind::kOverlap &&
        !Contains(parent, patch.inside)) {
      patch.kind = Patch::Kind::kOutside;
    }
  }
  SortBySize(&coverage);
  return coverage;
}

Coverage CheckOverlaps(const std::vector<const Polygons*>& polygons) {
  Coverage coverage;
  Curves curves;
  for (const Polygons* one : polygons) curves.Add(*one, false);
  const auto loops = curves.Loops();
  // One less is positive where two or more overlap.
  AddRegions(loops, -1, S2WindingOperation::WindingRule::POSITIVE,
             Patch::Kind::kOverlap, &coverage);
  SortBySize(&coverage);
  return coverage;
}

double AreaSquareMeters(const Polygons& polygons) {
  double area = 0;
  for (const auto& polygon : polygons) {
    for (int i = 0; i < polygon.rings_size(); ++i) {
      S2Loop loop(Corners(polygon.rings(i)), S2Debug::DISABLE);
      loop.Normalize();
      area +=
          (i == 0 ? 1 : -1) * S2Earth::SteradiansToSquareMeters(loop.GetArea());
    }
  }
  return area;
}

bool Contains(const Polygons& polygons, const Point& point) {
  const Point pole = {point.latitude_deg > 0 ? -90.0 : 90.0, 0};
  bool inside = false;
  for (const auto& polygon : polygons) {
    for (const auto& ring : polygon.rings()) {
      const auto& e7 = ring.coordinates_e7();
      for (int i = 0; i + 1 < e7.size(); i += 2) {
        const int next = i + 3 < e7.size() ? i + 2 : 0;
        inside ^= CrossesExactly(pole, point, {1e-7 * e7[i + 1], 1e-7 * e7[i]},
                                 {1e-7 * e7[next + 1], 1e-7 * e7[next]});
      }
    }
  }
  return inside;
}

}  // namespace wangge::geo
