#include "services/routing/domain/district_vote.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace wangge::routing {
namespace {

// The source that reads words; the others are kinds of names.
constexpr char kModelSource[] = "model";
// Default weights: the model has read the names as well, so these count less.
constexpr double kModelWeight = 1;
constexpr double kNameWeight = 0.5;
// The number of examples that the defaults are worth.
constexpr double kPriorExamples = 20;

constexpr double kMinDistrictProbability = 1e-6;
// Spots that a name might have in districts where none is known.
constexpr double kUnknownSpots = 1;

double DefaultWeight(const std::string& source) {
  return source == kModelSource ? kModelWeight : kNameWeight;
}

// A source's log probability of each district.
struct Opinion {
  const std::string* source;
  std::vector<double> logs;
};

std::vector<Opinion> OpinionsOf(
    const std::vector<text::Prediction>& predictions,
    const std::vector<DistrictHint>& hints) {
  static const auto& kModel = *new std::string(kModelSource);
  const auto make_opinion = [&](const std::string& source) {
    Opinion opinion{&source, {}};
    opinion.logs.reserve(predictions.size());
    return opinion;
  };
  std::vector<Opinion> opinions;
  opinions.reserve(1 + hints.size());
  opinions.push_back(make_opinion(kModel));
  for (const auto& prediction : predictions) {
    opinions[0].logs.push_back(
        std::log(std::max(prediction.probability, kMinDistrictProbability)));
  }
  for (const DistrictHint& hint : hints) {
    double total = kUnknownSpots;
    for (const auto& [code, count] : hint.counts) total += count;
    Opinion& opinion = opinions.emplace_back(make_opinion(hint.kind));
    for (const auto& prediction : predictions) {
      double spots = kUnknownSpots / static_cast<double>(predictions.size());
      for (const auto& [code, count] : hint.counts) {
        if (*code == prediction.label) spots += count;
      }
      opinion.logs.push_back(std::log(spots / total));
    }
  }
  return opinions;
}

// The logarithmic opinion pool: each source's log probabilities times its
// weight.
template <typename WeightOf>
std::vector<double> Pool(const std::vector<Opinion>& opinions,
                         const WeightOf& weight_of) {
  std::vector<double> scores(opinions.front().logs.size());
  for (const Opinion& opinion : opinions) {
    const double weight = weight_of(*opinion.source);
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i] += weight * opinion.logs[i];
    }
  }
  return text::SoftMax(std::move(scores));
}

// An example in the form that gradient descent needs.
struct ScoredExample {
  std::vector<Opinion> opinions;
  size_t district;  // Position of the right one.
};

std::vector<ScoredExample> ScoredExamples(
    const std::vector<DistrictExample>& examples) {
  std::vector<ScoredExample> scored;
  for (const DistrictExample& example : examples) {
    const auto right = std::find_if(
        example.predictions.begin(), example.predictions.end(),
        [&](const auto& p) { return p.label == example.district_code; });
    if (right == example.predictions.end()) continue;
    scored.push_back(
        {OpinionsOf(example.predictions, example.hints),
         static_cast<size_t>(right - example.predictions.begin())});
  }
  return scored;
}

}  // namespace

std::vector<DistrictHint> DistrictHintsOf(const std::vector<Spot>& spots) {
  std::vector<DistrictHint> hints;
  for (const Spot& spot : spots) {
    const city::Grid* district = DistrictOf(spot.chain);
    if (district == nullptr) continue;
    auto hint = std::find_if(
        hints.begin(), hints.end(),
        [&](const DistrictHint& h) { return h.begin == spot.begin; });
    if (hint == hints.end()) {
      hint = hints.insert(hint, {spot.kind, spot.begin, {}});
    }
    hint->counts.emplace_back(&district->grid_code(), spot.weight);
  }
  return hints;
}

std::vector<v1::OpinionWeight> FitOpinionWeights(
    const std::vector<DistrictExample>& examples) {
  constexpr int kSteps = 300;
  constexpr double kRate = 0.1;
  const std::vector<ScoredExample> scored = ScoredExamples(examples);
  std::map<std::string, double> weights;
  for (const ScoredExample& c : scored) {
    for (const Opinion& opinion : c.opinions) {
      weights.try_emplace(*opinion.source, DefaultWeight(*opinion.source));
    }
  }
  for (int step = 0; step < kSteps; ++step) {
    std::map<std::string, double> gradient;
    for (const auto& [source, weight] : weights) {
      gradient[source] = kPriorExamples * (weight - DefaultWeight(source));
    }
    for (const ScoredExample& c : scored) {
      const auto p =
          Pool(c.opinions, [&](const std::string& v) { return weights.at(v); });
      for (const Opinion& opinion : c.opinions) {
        double& slope = gradient[*opinion.source];
        slope -= opinion.logs[c.district];
        for (size_t i = 0; i < p.size(); ++i) slope += p[i] * opinion.logs[i];
      }
    }
    const double rate =
        kRate / (static_cast<double>(scored.size()) + kPriorExamples);
    for (auto& [source, weight] : weights) {
      weight = std::max(0.0, weight - rate * gradient[source]);
    }
  }
  std::vector<v1::OpinionWeight> learned;
  for (const auto& [source, weight] : weights) {
    auto& out = learned.emplace_back();
    out.set_source(source);
    out.set_weight(weight);
  }
  return learned;
}

std::vector<double> VoteOnDistrict(
    const v1::AddressModel& model,
    const std::vector<text::Prediction>& predictions,
    const std::vector<DistrictHint>& hints) {
  return Pool(OpinionsOf(predictions, hints), [&](const std::string& source) {
    for (const auto& known : model.opinion_weights()) {
      if (known.source() == source) return known.weight();
    }
    return DefaultWeight(source);
  });
}

}  // namespace wangge::routing
