// Roads, known by places on them: numbered houses (`文化路97号`) and points.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "geo/coordinates.h"
#include "text/dictionary.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {

// A spot on a road: a numbered house, or, with number 0, just a point of it.
struct RoadPoint {
  int number = 0;
  geo::Point point;
};

// A road. Towns have roads of the same names: points that lie a village apart
// are of different ones.
struct Road {
  std::string name;
  std::vector<RoadPoint> points = {};  // Ascending by number; at least one.
  // Around all points.
  double south_deg = 0, north_deg = 0, west_deg = 0, east_deg = 0;
};

// A name of roads in a text, from the character `begin` up to `end`.
struct NamedRoads {
  std::vector<const Road*> roads;  // At least one; live as long as the City.
  size_t begin = 0;
  size_t end = 0;
};

// All roads of a city. Immutable, so thread-safe.
class Roads {
 public:
  // The road that a place lies on: places of kind `road`, and those whose names
  // are a road and a number. Nothing for other places.
  struct Spot {
    std::string road;
    RoadPoint point;
  };
  static std::optional<Spot> SpotOf(const registry::v1::Place& place);

  explicit Roads(std::vector<Spot> spots);

  // Every name of roads in a text, in its order.
  std::vector<NamedRoads> Find(const text::NormalText& text) const;

 private:
  std::vector<Road> roads_;
  std::unique_ptr<const text::Dictionary> dictionary_;
};

// Where a house stands: at its own number, between its neighbours on its side
// of the road, or by the only one near. Nothing when none is near enough to
// tell.
std::optional<geo::Point> HouseOn(const Road& road, int number);

// Where two roads meet: the middle between their nearest points. Nothing when
// no points of theirs are within 400 m.
std::optional<geo::Point> CrossingOf(const Road& a, const Road& b);

}  // namespace wangge::city
