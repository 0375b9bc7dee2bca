// Matters of the past routed twice: as it is, and as it would be. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "city/city.h"
#include "text/classifier.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

// What routing decides by.
struct RoutingBasis {
  std::shared_ptr<const city::City> city;
  std::shared_ptr<const text::Classifier> model;
};

// Adds up what differs. Not thread-safe.
class Replay {
 public:
  Replay(RoutingBasis before, RoutingBasis after);

  // Routes a matter both ways; nothing when both come to the same.
  std::optional<v1::MatterDifference> Add(const v1::ReplayedMatter& matter);

  // The sums over all matters added.
  v1::ReplaySummary Summary() const;

 private:
  const RoutingBasis before_;
  const RoutingBasis after_;
  v1::ReplaySummary sums_;                     // All but the loads.
  std::map<std::string, v1::UnitLoad> loads_;  // By unit.
};

}  // namespace wangge::routing
