#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/text.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

// How much more likely a category is when there is such a sign for it than when
// there is none: the model's probability is multiplied by it.
constexpr double kSourceCodeRatio = 30;
constexpr double kFirstKeywordRatio = 4;
constexpr double kNextKeywordRatio = 2;
constexpr int kMostKeywords = 2;
// What a category gets that the model does not know, or gives nothing.
constexpr double kLeastProbability = 1e-3;
constexpr size_t kMostCandidates = 5;

struct Score {
  double value = kLeastProbability;
  std::string reason;
};

void AddReason(const std::string& reason, Score* score) {
  absl::StrAppend(&score->reason, score->reason.empty() ? "" : ", ", reason);
}

void CountKeywords(const std::string& text, const city::Category& category,
                   std::map<std::string, Score>* scores) {
  int hits = 0;
  for (const std::string& keyword : category.keywords()) {
    if (hits == kMostKeywords) break;
    if (text.find(keyword) == std::string::npos) continue;
    Score& score = (*scores)[category.category_code()];
    score.value *= hits == 0 ? kFirstKeywordRatio : kNextKeywordRatio;
    AddReason(absl::StrCat("keyword ", keyword), &score);
    ++hits;
  }
}

// Every category's score with the reasons for it.
std::map<std::string, Score> ScoreCategories(const city::City& city,
                                             const text::Classifier& model,
                                             const Matter& matter) {
  const std::string text =
      NormalizeText(absl::StrCat(matter.title(), "。", matter.text()));
  std::map<std::string, Score> scores;
  for (const auto& prediction : model.Predict(text)) {
    // A model may be older than the city: labels that are gone do not count.
    if (city.FindCategory(prediction.label) == nullptr) continue;
    Score& score = scores[prediction.label];
    score.value = std::max(kLeastProbability, prediction.probability);
    AddReason(absl::StrFormat("model %.2f", prediction.probability), &score);
  }
  for (const city::Category* category : city.categories()) {
    CountKeywords(text, *category, &scores);
  }
  if (city.FindCategory(matter.category_code()) != nullptr) {
    Score& score = scores[matter.category_code()];
    score.value *= kSourceCodeRatio;
    AddReason("source code", &score);
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
