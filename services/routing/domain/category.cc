#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

// How much more likely a category is when there is such a sign for it than when
// there is none: the model's probability is multiplied by it.
constexpr double kSourceCodeRatio = 30;
constexpr double kFirstKeywordRatio = 4;
constexpr double kNextKeywordRatio = 2;
constexpr size_t kMaxKeywords = 2;
// What a category gets that the model does not know, or gives nothing.
constexpr double kMinProbability = 1e-3;
constexpr size_t kMaxCategories = 5;

// What speaks for a category.
struct Evidence {
  const city::Category* category = nullptr;
  double score = kMinProbability;
  double model = 0;  // Its probability there.
  absl::InlinedVector<const std::string*, kMaxKeywords> keywords;
  bool source_code = false;
};

std::string ReasonOf(const Evidence& evidence) {
  std::string reason;
  const auto add = [&](absl::string_view what, absl::string_view which) {
    absl::StrAppend(&reason, reason.empty() ? "" : ", ", what, which);
  };
  if (evidence.model > 0) {
    add("model ", absl::StrFormat("%.2f", evidence.model));
  }
  for (const std::string* keyword : evidence.keywords) {
    add("keyword ", *keyword);
  }
  if (evidence.source_code) add("source code", "");
  return reason;
}

// All categories that something speaks for.
class Gathering {
 public:
  Gathering(const city::City& city,
            const std::vector<text::Prediction>& predictions,
            const text::NormalText& text, const std::string& given_code) {
    all_.reserve(predictions.size());
    for (const auto& prediction : predictions) {
      if (prediction.probability < kMinProbability) break;
      // A model may be older than the city: labels that are gone do not count.
      const auto* category = city.FindCategory(prediction.label);
      if (category == nullptr) continue;
      Evidence& evidence = For(*category);
      evidence.score = evidence.model = prediction.probability;
    }
    for (const auto& [keyword, category] : city.FindKeywords(text)) {
      AddKeyword(*keyword, &For(*category));
    }
    const auto* given = city.FindCategory(given_code);
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
    if (keywords.size() == kMaxKeywords ||
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

std::vector<RankedCategory> RankCategories(
    const city::City& city, const std::vector<text::Prediction>& predictions,
    const text::NormalText& text, const std::string& given_code) {
  std::vector<RankedCategory> ranked;
  for (const Evidence& evidence :
       Gathering(city, predictions, text, given_code).Ranked()) {
    if (ranked.size() == kMaxCategories) break;
    ranked.push_back({evidence.category, evidence.score, ReasonOf(evidence)});
  }
  return ranked;
}

namespace {

std::vector<RankedCategory> CandidatesFor(const city::City& city,
                                          const text::Classifier& model,
                                          const Reading& reading) {
  const auto* chosen = city.FindCategory(reading.matter.chosen_category_code());
  if (chosen != nullptr) return {{chosen, 1.0, "chosen by a person"}};
  return RankCategories(city, model.Predict(reading.text), reading.text,
                        reading.matter.category_code());
}

}  // namespace

const city::Category* ChooseCategory(const city::City& city,
                                     const text::Classifier& model,
                                     const Reading& reading, RoutePlan* plan) {
  std::vector<RankedCategory> candidates = CandidatesFor(city, model, reading);
  for (RankedCategory& ranked : candidates) {
    auto* candidate = plan->add_category_candidates();
    candidate->set_category_code(ranked.category->category_code());
    candidate->set_probability(ranked.probability);
    candidate->set_reason(std::move(ranked.reason));
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
