// The danger guard: words that speak of danger to life or property.
#pragma once

#include <string>
#include <vector>

namespace wangge::routing {

// The dangerous phrases in a text, in order of the list; empty when there are
// none. Drills and negations (`演练`, `没有着火`) are not danger.
std::vector<std::string> FindDanger(const std::string& text);

}  // namespace wangge::routing
