#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

constexpr double kSourceCodeWeight = 0.6;
constexpr double kKeywordWeight = 0.35;
constexpr int kMostKeywords = 2;
constexpr size_t kMostCandidates = 5;

struct Score {
  double value = 0;
  std::string reason;
};

void Add(double value, const std::string& reason, Score* score) {
  score->value += value;
  absl::StrAppend(&score->reason, score->reason.empty() ? "" : ", ", reason);
}

// Every category's score with the reasons for it.
std::map<std::string, Score> ScoreCategories(const city::City& city,
                                             const text::Classifier& model,
                                             const Matter& matter) {
  const std::string text =
      NormalizeText(absl::StrCat(matter.title(), " ", matter.text()));
  std::map<std::string, Score> scores;
  for (const auto& prediction : model.Predict(text)) {
    // A model may be older than the city: labels that are gone do not count.
    if (city.FindCategory(prediction.label) == nullptr) continue;
    Add(prediction.probability,
        absl::StrFormat("model %.2f", prediction.probability),
        &scores[prediction.label]);
  }
  for (const city::Category* category : city.categories()) {
    int hits = 0;
    for (const std::string& keyword : category->keywords()) {
      if (hits < kMostKeywords && text.find(keyword) != std::string::npos) {
        ++hits;
        Add(kKeywordWeight, absl::StrCat("keyword ", keyword),
            &scores[category->category_code()]);
      }
    }
  }
  if (city.FindCategory(matter.category_code()) != nullptr) {
    Add(kSourceCodeWeight, "source code", &scores[matter.category_code()]);
  }
  return scores;
}

}  // namespace

const city::Category* ChooseCategory(const city::City& city,
                                     const text::Classifier& model,
                                     const Matter& matter, RoutePlan* plan) {
  const auto scores = ScoreCategories(city, model, matter);
  double sum = 0;
  for (const auto& [code, score] : scores) sum += score.value;
  std::vector<v1::CategoryCandidate> candidates;
  for (const auto& [code, score] : scores) {
    auto& candidate = candidates.emplace_back();
    candidate.set_category_code(code);
    candidate.set_probability(score.value / sum);
    candidate.set_reason(score.reason);
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) {
                     return a.probability() > b.probability();
                   });
  candidates.resize(std::min(candidates.size(), kMostCandidates));
  for (const auto& candidate : candidates) {
    *plan->add_category_candidates() = candidate;
  }
  if (candidates.empty()) {
    AddTrace("category", "", "the text speaks of no known category", plan);
    return nullptr;
  }
  const auto& best = candidates.front();
  const city::Category* category = city.FindCategory(best.category_code());
  plan->set_category_code(category->category_code());
  plan->set_category_name(category->name());
  plan->set_urgency(category->urgency());
  plan->set_handle_limit_minutes(category->handle_limit_minutes());
  AddTrace("category", best.category_code(),
           absl::StrFormat("%.2f: %s", best.probability(), best.reason()),
           plan);
  return category;
}

}  // namespace wangge::routing
