// Danger to life or property: what must be seen before anything else, because a
// report of it goes back to 110 at once.
#pragma once

#include <string>
#include <vector>

#include "text/normal_text.h"

namespace wangge::routing {

// The words that say that somebody or something is in danger now, in the order
// of the text; of words that do so only together both, as `煤气…漏`. Empty when
// there are none, or when the text denies them, fears them, rehearses them or
// tells of what is over. When in doubt it is danger: a false alarm costs a
// minute, a missed one a life. services/routing/testdata/danger.csv measures
// it.
std::vector<std::string> FindDanger(const text::NormalText& text);

}  // namespace wangge::routing
