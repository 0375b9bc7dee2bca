#include "citysim/geometry.h"

#include <algorithm>
#include <cmath>

namespace wangge::citysim {
namespace {

// At Zhengzhou's latitude a degree of longitude is this much of one of
// latitude.
constexpr double kLongitudeScale = 0.82;

void AppendBetween(const std::map<int32_t, std::set<int32_t>>& lines,
                   int32_t line, int32_t from, int32_t to,
                   std::vector<int32_t>* out) {
  const auto found = lines.find(line);
  if (found == lines.end()) return;
  const auto& points = found->second;
  const int32_t low = std::min(from, to);
  const int32_t high = std::max(from, to);
  std::vector<int32_t> between(points.upper_bound(low),
                               points.lower_bound(high));
  if (from > to) std::reverse(between.begin(), between.end());
  out->insert(out->end(), between.begin(), between.end());
}

}  // namespace

std::vector<Rect> Cut(const Rect& rect, int parts) {
  if (parts <= 1) return {rect};
  const int first = parts / 2;
  const double fraction = static_cast<double>(first) / parts;
  const double width = (rect.east - rect.west) * kLongitudeScale;
  Rect a = rect;
  Rect b = rect;
  if (width >= rect.north - rect.south) {
    a.east = b.west =
        rect.west +
        static_cast<int32_t>(std::lround((rect.east - rect.west) * fraction));
  } else {
    a.north = b.south =
        rect.south +
        static_cast<int32_t>(std::lround((rect.north - rect.south) * fraction));
  }
  std::vector<Rect> rects = Cut(a, first);
  for (const Rect& r : Cut(b, parts - first)) rects.push_back(r);
  return rects;
}

std::vector<int> Share(int total, int parents) {
  std::vector<int> shares(static_cast<size_t>(parents), total / parents);
  for (int i = 0; i < total % parents; ++i) ++shares[static_cast<size_t>(i)];
  return shares;
}

void Outliner::AddCorners(const Rect& rect) {
  for (const int32_t longitude : {rect.west, rect.east}) {
    for (const int32_t latitude : {rect.south, rect.north}) {
      by_longitude_[longitude].insert(latitude);
      by_latitude_[latitude].insert(longitude);
    }
  }
}

registry::v1::Polygon Outliner::Outline(const Rect& rect) const {
  registry::v1::Polygon polygon;
  auto* ring = polygon.add_rings();
  const auto add = [&](int32_t longitude, int32_t latitude) {
    ring->add_coordinates_e7(longitude);
    ring->add_coordinates_e7(latitude);
  };
  const auto side = [&](bool horizontal, int32_t line, int32_t from,
                        int32_t to) {
    std::vector<int32_t> points = {from};
    AppendBetween(horizontal ? by_latitude_ : by_longitude_, line, from, to,
                  &points);
    for (const int32_t p : points) horizontal ? add(p, line) : add(line, p);
  };
  side(true, rect.south, rect.west, rect.east);
  side(false, rect.east, rect.south, rect.north);
  side(true, rect.north, rect.east, rect.west);
  side(false, rect.west, rect.north, rect.south);
  return polygon;
}

}  // namespace wangge::citysim
