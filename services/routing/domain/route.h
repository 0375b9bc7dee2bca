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

// What a plan must reach to be carried out without a person.
struct Thresholds {
  double category_probability = 0.6;
  double place_confidence = 0.75;
};
// Those that were measured when the model was trained; the defaults without.
Thresholds ThresholdsOf(const text::Classifier& model);

// A matter with its texts in the form in which words are looked for.
struct Reading {
  explicit Reading(const Matter& m);

  const Matter& matter;
  const text::NormalText text;  // Title and text.
  const text::NormalText address;
};

// Makes the plan for one matter.
RoutePlan Route(const city::City& city, const text::Classifier& model,
                const Matter& matter);

// A step of the explanation.
void AddTrace(const char* stage, std::string subject, std::string finding,
              RoutePlan* plan);

// The parts of Route, each of which fills its part of the plan.

// A category and how much speaks for it.
struct RankedCategory {
  const city::Category* category = nullptr;
  double probability = 0;  // All together make 1.
  std::string reason;
};

// The categories that the model's predictions, keywords in the text or the
// source's own code speak for, best first.
std::vector<RankedCategory> RankCategories(
    const city::City& city, const std::vector<text::Prediction>& predictions,
    const text::NormalText& text, const std::string& given_code);

// Fills category_candidates and the chosen category; null when there is none.
const city::Category* ChooseCategory(const city::City& city,
                                     const text::Classifier& model,
                                     const Reading& reading, RoutePlan* plan);

// Fills place, place_candidates and district_code. Returns the grids in whose
// scope responsibility is looked for: the governance chain, then overlays.
std::vector<const city::Grid*> ResolvePlace(const city::City& city,
                                            const text::Classifier& model,
                                            const Reading& reading,
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
