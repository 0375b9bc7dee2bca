#include "city/roads.h"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <tuple>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

namespace wangge::city {
namespace {

// How far the numbers of houses beside each other lie apart at most.
constexpr int kNumberReach = 40;
constexpr double kCrossingMeters = 400;
// Of a road with very many points so many are looked at for a crossing.
constexpr size_t kMostPoints = 64;

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
  for (Spot& spot : spots) {
    if (roads_.empty() || roads_.back().name != spot.road) {
      names.push_back(spot.road);
      roads_.push_back({std::move(spot.road), {}});
    }
    roads_.back().points.push_back(spot.point);
  }
  dictionary_ = std::make_unique<const text::Dictionary>(names);
}

std::vector<NamedRoad> Roads::Find(const text::NormalText& text) const {
  std::vector<NamedRoad> found;
  for (const text::Match& match : dictionary_->Find(text)) {
    for (const int entry : match.entries) {
      found.push_back(
          {&roads_[static_cast<size_t>(entry)], match.begin, match.end});
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
  const auto step = [](const Road& road) {
    return 1 + road.points.size() / kMostPoints;
  };
  double least = std::numeric_limits<double>::max();
  geo::Point middle;
  for (size_t i = 0; i < a.points.size(); i += step(a)) {
    for (size_t k = 0; k < b.points.size(); k += step(b)) {
      const geo::Point& p = a.points[i].point;
      const geo::Point& q = b.points[k].point;
      const double distance = geo::DistanceMeters(p, q);
      if (distance >= least) continue;
      least = distance;
      middle = Between(p, q, 0.5);
    }
  }
  if (least > kCrossingMeters) return std::nullopt;
  return middle;
}

}  // namespace wangge::city
