// What is wrong with a responsibility list, found by asking it for every
// category in every deepest grid: a pure function.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"

namespace wangge::routing {

struct LintFinding {
  enum class Kind {
    kUnreachable,    // No unit anywhere could be given anything by the rule.
    kShadowed,       // Another rule always decides before it.
    kContradiction,  // Two rules of one category and grid name different leads.
    kHole,           // Only the territorial fallback answers for the category.
    kOverloaded,     // A unit answers for far more than others of its function.
  };
  Kind kind = Kind::kUnreachable;
  // The rule, category or unit.
  std::string subject;
  // The rule it collides with, or a grid where it can be seen; may be empty.
  std::string other;
  std::string description;
};

// The name of a kind in messages and JSON: `unreachable` ….
std::string NameOf(LintFinding::Kind kind);

// In the order of kinds, then of subjects. Takes some seconds for a large city.
std::vector<LintFinding> Lint(const city::City& city);

}  // namespace wangge::routing
