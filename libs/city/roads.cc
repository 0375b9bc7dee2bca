#include "city/roads.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "city/keys.h"

namespace wangge::city {
namespace {

// How far the numbers of houses beside each other lie apart at most.
constexpr int kNumberReach = 40;
constexpr double kCrossingMeters = 400;
// Of a road with very many points so many are looked at for a crossing.
constexpr size_t kMaxPoints = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// `文化路97号院` is 文化路 and 97; number 0 when the name does not end so.
std::pair<std::string, int> SplitHouse(const std::string& name) {
  absl::string_view rest = name;
  absl::ConsumeSuffix(&rest, "院");
  if (!absl::ConsumeSuffix(&rest, "号")) return {name, 0};
  size_t begin = rest.size();
  while (begin > 0 && IsDigit(rest[begin - 1])) --begin;
  int number = 0;
  if (begin == 0 || !absl::SimpleAtoi(rest.substr(begin), &number)) {
    return {name, 0};
  }
  return {std::string(rest.substr(0, begin)), number};
}

bool IsRoadName(absl::string_view name) {
  for (const char* kind : {"路", "街", "道", "巷", "胡同"}) {
    if (absl::EndsWith(name, kind)) return true;
  }
  return false;
}

GroundCell CellOf(const geo::Point& point) {
  return GroundCell::At(point.latitude_deg * 1e7, point.longitude_deg * 1e7);
}

// The points of a name by the roads that they are of: those in ground cells
// that touch are of one.
class Parting {
 public:
  explicit Parting(const std::vector<RoadPoint>& points) {
    for (const RoadPoint& p : points) {
      road_of_[CellOf(p.point)] = kNone;
    }
    for (auto& [cell, road] : road_of_) {
      if (road == kNone) Spread(cell, count_++);
    }
  }

  size_t count() const { return count_; }
  size_t RoadOf(const RoadPoint& p) const {
    return road_of_.at(CellOf(p.point));
  }

 private:
  static constexpr size_t kNone = std::numeric_limits<size_t>::max();

  void Spread(const GroundCell& from, size_t road) {
    std::vector<GroundCell> open = {from};
    while (!open.empty()) {
      const auto [row, column] = open.back();
      open.pop_back();
      const GroundCell last{row + 1, column + 1};
      ForEachCell({row - 1, column - 1}, last, [&](const GroundCell& cell) {
        const auto found = road_of_.find(cell);
        if (found == road_of_.end() || found->second != kNone) return;
        found->second = road;
        open.push_back(found->first);
      });
    }
  }

  std::map<GroundCell, size_t> road_of_;
  size_t count_ = 0;
};

void AddPoint(const RoadPoint& p, Road* road) {
  const auto& [latitude, longitude] = p.point;
  if (road->points.empty()) {
    road->south_deg = road->north_deg = latitude;
    road->west_deg = road->east_deg = longitude;
  }
  road->south_deg = std::min(road->south_deg, latitude);
  road->north_deg = std::max(road->north_deg, latitude);
  road->west_deg = std::min(road->west_deg, longitude);
  road->east_deg = std::max(road->east_deg, longitude);
  road->points.push_back(p);
}

// Whether two roads may come within some meters.
bool MayMeet(const Road& a, const Road& b, double meters) {
  const geo::Reach reach = geo::ReachE7(a.points.front().point, meters);
  const double high = reach.high / 1e7;
  const double wide = reach.wide / 1e7;
  return a.south_deg <= b.north_deg + high &&
         b.south_deg <= a.north_deg + high && a.west_deg <= b.east_deg + wide &&
         b.west_deg <= a.east_deg + wide;
}

geo::Point Between(const geo::Point& a, const geo::Point& b, double share) {
  return {a.latitude_deg + (b.latitude_deg - a.latitude_deg) * share,
          a.longitude_deg + (b.longitude_deg - a.longitude_deg) * share};
}

}  // namespace

std::optional<Roads::Spot> Roads::SpotOf(const registry::v1::Place& place) {
  const geo::Point point{place.latitude_e7() / 1e7, place.longitude_e7() / 1e7};
  if (place.kind() == "road") return Spot{place.name(), {0, point}};
  auto [road, number] = SplitHouse(place.name());
  if (number == 0 || !IsRoadName(road)) return std::nullopt;
  return Spot{std::move(road), {number, point}};
}

Roads::Roads(std::vector<Spot> spots) {
  std::stable_sort(spots.begin(), spots.end(),
                   [](const auto& a, const auto& b) {
                     return std::tie(a.road, a.point.number) <
                            std::tie(b.road, b.point.number);
                   });
  std::vector<std::string> names;
  for (auto first = spots.begin(); first != spots.end();) {
    std::vector<RoadPoint> points;
    auto end = first;
    for (; end != spots.end() && end->road == first->road; ++end) {
      points.push_back(end->point);
    }
    const Parting parting(points);
    const size_t begin = roads_.size();
    roads_.resize(begin + parting.count(), Road{first->road});
    names.resize(roads_.size(), first->road);
    for (const RoadPoint& p : points) {
      AddPoint(p, &roads_[begin + parting.RoadOf(p)]);
    }
    first = end;
  }
  dictionary_ = std::make_unique<const text::Dictionary>(names);
}

std::vector<NamedRoads> Roads::Find(const text::NormalText& text) const {
  std::vector<NamedRoads> found;
  for (const text::Match& match : dictionary_->Find(text)) {
    NamedRoads& named = found.emplace_back();
    named.begin = match.begin;
    named.end = match.end;
    for (const int entry : match.entries) {
      named.roads.push_back(&roads_[static_cast<size_t>(entry)]);
    }
  }
  return found;
}

std::optional<geo::Point> HouseOn(const Road& road, int number) {
  const RoadPoint* below = nullptr;
  const RoadPoint* above = nullptr;
  const RoadPoint* nearest = nullptr;
  for (const RoadPoint& p : road.points) {
    if (p.number == number) return p.point;
    const int apart = std::abs(p.number - number);
    if (p.number == 0 || apart > kNumberReach) continue;
    if (nearest == nullptr || apart < std::abs(nearest->number - number)) {
      nearest = &p;
    }
    // Even and odd numbers stand on different sides.
    if ((p.number - number) % 2 != 0) continue;
    if (p.number < number) {
      below = &p;
    } else if (above == nullptr) {
      above = &p;
    }
  }
  if (below != nullptr && above != nullptr) {
    return Between(below->point, above->point,
                   static_cast<double>(number - below->number) /
                       (above->number - below->number));
  }
  if (nearest == nullptr) return std::nullopt;
  return nearest->point;
}

std::optional<geo::Point> CrossingOf(const Road& a, const Road& b) {
  if (!MayMeet(a, b, kCrossingMeters)) return std::nullopt;
  const auto step = [](const Road& road) {
    return 1 + road.points.size() / kMaxPoints;
  };
  double min_distance = std::numeric_limits<double>::max();
  geo::Point middle;
  for (size_t i = 0; i < a.points.size(); i += step(a)) {
    for (size_t k = 0; k < b.points.size(); k += step(b)) {
      const geo::Point& p = a.points[i].point;
      const geo::Point& q = b.points[k].point;
      const double distance = geo::DistanceMeters(p, q);
      if (distance >= min_distance) continue;
      min_distance = distance;
      middle = Between(p, q, 0.5);
    }
  }
  if (min_distance > kCrossingMeters) return std::nullopt;
  return middle;
}

}  // namespace wangge::city
