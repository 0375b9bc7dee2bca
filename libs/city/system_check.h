// Whether points are in the coordinate system that they are said to be in:
// points with the name of the area they lie in agree best in their own system.
// GCJ-02 lies some 500 m off WGS84, so that only points near borders tell, but
// all of them the same way.
#pragma once

#include <string>
#include <vector>

#include "city/layer.h"
#include "wangge/common/v1/common.pb.h"

namespace wangge::city {

struct LabelledPoint {
  double longitude_deg = 0;
  double latitude_deg = 0;
  std::string label;  // An area's id or name.
};

struct SystemCheck {
  // Points that lie in the area of their label, in the system stated.
  int agreeing = 0;
  // The system in which significantly more do; unspecified when there is none.
  common::v1::CoordinateSystem better =
      common::v1::COORDINATE_SYSTEM_UNSPECIFIED;
  int better_agreeing = 0;
};

// Compares the stated system with the others. A system is better when, of the
// points that agree in one of both only, four standard deviations more than
// half agree in it (McNemar's test).
SystemCheck CheckSystem(const Layer& layer,
                        const std::vector<LabelledPoint>& points,
                        common::v1::CoordinateSystem stated);

}  // namespace wangge::city
