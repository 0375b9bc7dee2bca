#include "city/system_check.h"

#include <algorithm>
#include <cmath>

#include "geo/coordinates.h"

namespace wangge::city {
namespace {

constexpr double kDeviations = 4;

std::vector<bool> Agreement(const Layer& layer,
                            const std::vector<LabelledPoint>& points,
                            common::v1::CoordinateSystem system) {
  std::vector<bool> agrees;
  for (const LabelledPoint& labelled : points) {
    common::v1::GeoPoint given;
    given.set_longitude_deg(labelled.longitude_deg);
    given.set_latitude_deg(labelled.latitude_deg);
    given.set_coordinate_system(system);
    const auto point = geo::ToWgs84(given);
    const Layer::Area* area = point.ok() ? layer.Find(*point) : nullptr;
    agrees.push_back(area != nullptr && (area->id == labelled.label ||
                                         area->name == labelled.label));
  }
  return agrees;
}

int Count(const std::vector<bool>& flags) {
  return static_cast<int>(std::count(flags.begin(), flags.end(), true));
}

}  // namespace

SystemCheck CheckSystem(const Layer& layer,
                        const std::vector<LabelledPoint>& points,
                        common::v1::CoordinateSystem stated) {
  const std::vector<bool> own = Agreement(layer, points, stated);
  SystemCheck check;
  check.agreeing = Count(own);
  for (const auto other : {common::v1::COORDINATE_SYSTEM_WGS84,
                           common::v1::COORDINATE_SYSTEM_GCJ02,
                           common::v1::COORDINATE_SYSTEM_BD09}) {
    if (other == stated) continue;
    const std::vector<bool> there = Agreement(layer, points, other);
    int lost = 0;
    int won = 0;
    for (size_t i = 0; i < own.size(); ++i) {
      lost += own[i] && !there[i] ? 1 : 0;
      won += there[i] && !own[i] ? 1 : 0;
    }
    if (won - lost > kDeviations * std::sqrt(won + lost) &&
        Count(there) > check.better_agreeing) {
      check.better = other;
      check.better_agreeing = Count(there);
    }
  }
  return check;
}

}  // namespace wangge::city
