#include "services/routing/domain/route.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/routing/domain/danger.h"

namespace wangge::routing {
namespace {

// Where all that was measured is right, the threshold is high and says nothing
// of what was not: a clear name of another kind (estimated 0.9) is still sure.
constexpr double kMaxPlaceConfidence = 0.85;

// Why a person must look at the plan, as RoutePlan.operator_reason; empty when
// none must. Cases keep it: the codes never change.
std::string WhyOperator(const RoutePlan& plan, const Thresholds& thresholds) {
  if (plan.category_candidates().empty()) return "category_unknown";
  const double best = plan.category_candidates(0).probability();
  if (best < thresholds.category_probability) {
    return absl::StrFormat("category_unsure %.2f %.2f", best,
                           thresholds.category_probability);
  }
  if (!plan.has_place()) return "place_unknown";
  if (plan.place().confidence() < thresholds.place_confidence) {
    return absl::StrFormat("place_unsure %.2f %.2f", plan.place().confidence(),
                           thresholds.place_confidence);
  }
  return "";
}

void Dispose(Ownership ownership, const Thresholds& thresholds,
             RoutePlan* plan) {
  plan->set_operator_reason(WhyOperator(*plan, thresholds));
  if (!plan->operator_reason().empty()) {
    plan->set_disposition(v1::DISPOSITION_NEEDS_OPERATOR);
    AddTrace("disposition", "NEEDS_OPERATOR", plan->operator_reason(), plan);
  } else if (ownership == Ownership::kNoOwner) {
    plan->set_disposition(v1::DISPOSITION_CONSULT);
    AddTrace("disposition", "CONSULT", "the parties must find the owner", plan);
  } else {
    plan->set_disposition(v1::DISPOSITION_AUTO);
    AddTrace("disposition", "AUTO", "sure of category, place and unit", plan);
  }
}

}  // namespace

void AddTrace(const char* stage, std::string subject, std::string finding,
              RoutePlan* plan) {
  auto* step = plan->add_trace();
  step->set_stage(stage);
  step->set_subject(std::move(subject));
  step->set_finding(std::move(finding));
}

Thresholds ThresholdsOf(const text::Classifier& model) {
  Thresholds thresholds;
  if (model.model().has_category_threshold()) {
    thresholds.category_probability =
        model.model().category_threshold().value();
  }
  if (model.model().addresses().has_threshold()) {
    // Whatever others make up for, a spot that is wrong one time in four is for
    // a person.
    thresholds.place_confidence =
        std::clamp(model.model().addresses().threshold().value(),
                   thresholds.place_confidence, kMaxPlaceConfidence);
  }
  return thresholds;
}

Reading::Reading(const Matter& m)
    : matter(m),
      text(absl::StrCat(m.title(), m.title().empty() ? "" : "。", m.text())),
      address(m.address()) {}

RoutePlan Route(const city::City& city, const text::Classifier& model,
                const Matter& matter) {
  const Reading reading(matter);
  RoutePlan plan;
  plan.set_city_version(city.version().version());
  plan.set_model_version(model.version());
  for (const std::string& words : FindDanger(reading.text)) {
    plan.add_danger_words(words);
  }
  const city::Category* category = ChooseCategory(city, model, reading, &plan);
  const auto scopes = ResolvePlace(city, model, reading, &plan);
  Ownership ownership = Ownership::kFound;
  if (category != nullptr) {
    ownership = AssignResponsibility(city, *category, scopes, matter, &plan);
  }
  if (!plan.danger_words().empty()) {
    plan.set_urgency(common::v1::URGENCY_SAFETY);
  }
  Dispose(ownership, ThresholdsOf(model), &plan);
  return plan;
}

}  // namespace wangge::routing
