// Who is responsible for a matter of a category in a place: a pure function of
// the city. Owner first for assets, then the responsibility list from the
// deepest grid up, then the operation centre of the place: never nobody.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "city/city.h"

namespace wangge::city {

struct ResponsibilityQuestion {
  const Category& category;
  // The governance chain, then overlays; empty when the place is not known.
  Scopes scopes;
  // Finds the asset; null when only the scopes are known.
  const geo::Point* point = nullptr;
  // Units that returned the matter.
  absl::Span<const std::string* const> excluded_unit_ids = {};
};

struct ResponsibleUnit {
  const Unit* unit = nullptr;
  // The rule's id; `asset …`; or `territorial fallback`.
  std::string rule_id;
  std::string reason;
};

struct Responsibility {
  ResponsibleUnit lead;  // Never without unit.
  std::vector<ResponsibleUnit> co_handlers;
  // The asset there was never handed to anybody.
  bool asset_without_owner = false;
  // Neither an asset nor a rule decided.
  bool fallback = false;
};

// Called with every asset, rule and unit considered and what came of it.
using Consider = std::function<void(std::string subject, std::string finding)>;

// `consider` may be empty, which is faster.
Responsibility FindResponsible(const City& city,
                               const ResponsibilityQuestion& question,
                               const Consider& consider = nullptr);

}  // namespace wangge::city
