// Routing is a function: the same city, model and matter always give the same
// plan, which is why it can be explained and replayed. No state, no clock, no
// I/O.
#pragma once

#include <string>
#include <vector>

#include "city/city.h"
#include "text/classifier.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

using v1::Matter;
using v1::RoutePlan;

// The thresholds above which a plan is carried out without a person.
struct Thresholds {
  double category_probability = 0.5;
  double category_margin = 0.15;  // Over the second best.
  double place_confidence = 0.6;
};

// Makes the plan for one matter.
RoutePlan Route(const city::City& city, const text::Classifier& model,
                const Matter& matter, const Thresholds& thresholds = {});

// A step of the explanation.
void AddTrace(const std::string& stage, const std::string& subject,
              const std::string& finding, RoutePlan* plan);

// The parts of Route, each of which fills its part of the plan.

// Fills category_candidates and the chosen category; null when there is none.
const city::Category* ChooseCategory(const city::City& city,
                                     const text::Classifier& model,
                                     const Matter& matter, RoutePlan* plan);

// Fills place, place_candidates and district_code. Returns the grids in whose
// scope responsibility is looked for: the governance chain, then overlays.
std::vector<const city::Grid*> ResolvePlace(const city::City& city,
                                            const Matter& matter,
                                            RoutePlan* plan);

// What responsibility found.
enum class Ownership {
  kFound,    // A lead, perhaps the territorial fallback.
  kNoOwner,  // An asset that nobody was ever made the owner of.
};

// Fills lead, co_handlers, the three flags and the time to handle.
Ownership AssignResponsibility(const city::City& city,
                               const city::Category& category,
                               const std::vector<const city::Grid*>& scopes,
                               const Matter& matter, RoutePlan* plan);

}  // namespace wangge::routing
