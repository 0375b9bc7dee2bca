#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

// How much more likely a category is when there is such a sign for it than when
// there is none: the model's probability is multiplied by it.
constexpr double kSourceCodeRatio = 30;
constexpr double kFirstKeywordRatio = 4;
constexpr double kNextKeywordRatio = 2;
constexpr size_t kMostKeywords = 2;
// What a category gets that the model does not know, or gives nothing.
constexpr double kLeastProbability = 1e-3;
constexpr int kMostCandidates = 5;

// What speaks for a category.
struct Evidence {
  const city::Category* category = nullptr;
  double score = kLeastProbability;
  double model = 0;  // Its probability there.
  std::vector<const std::string*> keywords;
  bool source_code = false;
};

std::string ReasonOf(const Evidence& evidence) {
  std::vector<std::string> reasons;
  if (evidence.model > 0) {
    reasons.push_back(absl::StrFormat("model %.2f", evidence.model));
  }
  for (const std::string* keyword : evidence.keywords) {
    reasons.push_back("keyword " + *keyword);
  }
  if (evidence.source_code) reasons.emplace_back("source code");
  return absl::StrJoin(reasons, ", ");
}

// All categories that something speaks for.
class Gathering {
 public:
  Gathering(const city::City& city, const text::Classifier& model,
            const Matter& matter) {
    const std::string text = absl::StrCat(matter.title(), "。", matter.text());
    for (const auto& prediction : model.Predict(text)) {
      if (prediction.probability < kLeastProbability) break;
      // A model may be older than the city: labels that are gone do not count.
      const auto* category = city.FindCategory(prediction.label);
      if (category == nullptr) continue;
      Evidence& evidence = For(*category);
      evidence.score = evidence.model = prediction.probability;
    }
    for (const auto& [keyword, category] : city.FindKeywords(text)) {
      AddKeyword(*keyword, &For(*category));
    }
    const auto* given = city.FindCategory(matter.category_code());
    if (given != nullptr) {
      Evidence& evidence = For(*given);
      evidence.source_code = true;
      evidence.score *= kSourceCodeRatio;
    }
  }

  // Best first, with scores that make one together.
  std::vector<Evidence> Ranked() && {
    double sum = 0;
    for (const Evidence& evidence : all_) sum += evidence.score;
    for (Evidence& evidence : all_) evidence.score /= sum;
    std::sort(all_.begin(), all_.end(),
              [](const Evidence& a, const Evidence& b) {
                return a.score != b.score ? a.score > b.score
                                          : a.category->category_code() <
                                                b.category->category_code();
              });
    return std::move(all_);
  }

 private:
  Evidence& For(const city::Category& category) {
    for (Evidence& evidence : all_) {
      if (evidence.category == &category) return evidence;
    }
    all_.emplace_back().category = &category;
    return all_.back();
  }

  static void AddKeyword(const std::string& keyword, Evidence* evidence) {
    auto& keywords = evidence->keywords;
    if (keywords.size() == kMostKeywords ||
        std::find(keywords.begin(), keywords.end(), &keyword) !=
            keywords.end()) {
      return;
    }
    evidence->score *=
        keywords.empty() ? kFirstKeywordRatio : kNextKeywordRatio;
    keywords.push_back(&keyword);
  }

  std::vector<Evidence> all_;
};

}  // namespace

const city::Category* ChooseCategory(const city::City& city,
                                     const text::Classifier& model,
                                     const Matter& matter, RoutePlan* plan) {
  const std::vector<Evidence> candidates =
      Gathering(city, model, matter).Ranked();
  for (const Evidence& evidence : candidates) {
    if (plan->category_candidates_size() == kMostCandidates) break;
    auto* candidate = plan->add_category_candidates();
    candidate->set_category_code(evidence.category->category_code());
    candidate->set_probability(evidence.score);
    candidate->set_reason(ReasonOf(evidence));
  }
  if (candidates.empty()) {
    AddTrace("category", "", "the text speaks of no known category", plan);
    return nullptr;
  }
  const auto& best = plan->category_candidates(0);
  const city::Category* category = candidates.front().category;
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
