// What is wrong with a responsibility list, found by asking it for every
// category in every deepest grid: a pure function.
#pragma once

#include <vector>

#include "city/city.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

// In the order of kinds, then of subjects. Takes some seconds for a large city.
std::vector<v1::LintFinding> Lint(const city::City& city);

}  // namespace wangge::routing
