// docs/concepts/lifecycle.md, from the table of transitions. Pure.
#pragma once

#include <string>

namespace wangge::cases {

// The whole document, Markdown.
std::string LifecycleDocument();

}  // namespace wangge::cases
