// Whether polygons cover another one, once and wholly: gaps, overlaps and what
// lies outside.
//
// Every ring is a directed curve with its inside on the left. The curves of the
// children and the reversed curves of the parent have, at every point, the
// winding number (children that contain it) - (1 inside the parent). Edges that
// occur in both directions cancel; when all do, that number is 0 everywhere and
// the cover is proved exact without any geometry. What is left goes to S2's
// winding operation: negative regions are gaps, positive ones overlaps or
// outside.
#pragma once

#include <vector>

#include "geo/polygons.h"

namespace wangge::geo {

// Narrower or smaller patches are slivers: corners are rounded to a centimetre,
// and a corner on a neighbour's straight edge leaves it by that much.
inline constexpr double kSliverWidthMeters = 0.1;  // 2 area / perimeter.
inline constexpr double kSliverSquareMeters = 1;

// A connected part of the ground that is not covered exactly once.
struct Patch {
  enum class Kind { kGap, kOverlap, kOutside };
  Kind kind = Kind::kGap;
  double square_meters = 0;
  Point inside;  // A point of it.
  Polygons polygons;
};

struct Coverage {
  bool proved = false;         // By edges that cancel, without geometry.
  std::vector<Patch> patches;  // Larger ones first.
  int sliver_count = 0;        // Patches left out.
  double sliver_square_meters = 0;
};

// REQUIRES: ValidatePolygons is OK for all.
Coverage CheckCoverage(const Polygons& parent,
                       const std::vector<const Polygons*>& children);
// Without a parent: overlaps only.
Coverage CheckOverlaps(const std::vector<const Polygons*>& polygons);

double AreaSquareMeters(const Polygons& polygons);
// True when a point lies in the polygons; edges are geodesics.
bool Contains(const Polygons& polygons, const Point& point);

}  // namespace wangge::geo
