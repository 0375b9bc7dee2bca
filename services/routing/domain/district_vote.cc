#include "services/routing/domain/district_vote.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace wangge::routing {
namespace {

// The voice that reads words; the others are kinds of names.
constexpr char kModelVoice[] = "model";
// What is thought of voices before any lesson: the model has read the names as
// well, so they are not heard in full.
constexpr double kModelWeight = 1;
constexpr double kNameWeight = 0.5;
// How many lessons that thought is worth.
constexpr double kPriorLessons = 20;

constexpr double kAllButImpossible = 1e-6;
// Spots that a name might have in districts where none is known.
constexpr double kUnknownSpots = 1;

double PriorOf(const std::string& voice) {
  return voice == kModelVoice ? kModelWeight : kNameWeight;
}

// What a voice says: the logarithm of its probability for each district.
struct Say {
  const std::string* voice;
  std::vector<double> logs;
};

std::vector<Say> SaysOf(const std::vector<text::Prediction>& predictions,
                        const std::vector<DistrictHint>& hints) {
  static const auto& kModel = *new std::string(kModelVoice);
  const auto say_of = [&](const std::string& voice) {
    Say say{&voice, {}};
    say.logs.reserve(predictions.size());
    return say;
  };
  std::vector<Say> says;
  says.reserve(1 + hints.size());
  says.push_back(say_of(kModel));
  for (const auto& said : predictions) {
    says[0].logs.push_back(
        std::log(std::max(said.probability, kAllButImpossible)));
  }
  for (const DistrictHint& hint : hints) {
    double total = kUnknownSpots;
    for (const auto& [code, count] : hint.counts) total += count;
    Say& say = says.emplace_back(say_of(hint.kind));
    for (const auto& said : predictions) {
      double spots = kUnknownSpots / static_cast<double>(predictions.size());
      for (const auto& [code, count] : hint.counts) {
        if (*code == said.label) spots += count;
      }
      say.logs.push_back(std::log(spots / total));
    }
  }
  return says;
}

// The pool of what is said: each voice's logarithms times its weight.
template <typename WeightOf>
std::vector<double> Pool(const std::vector<Say>& says,
                         const WeightOf& weight_of) {
  std::vector<double> scores(says.front().logs.size());
  for (const Say& say : says) {
    const double weight = weight_of(*say.voice);
    for (size_t i = 0; i < scores.size(); ++i) {
      scores[i] += weight * say.logs[i];
    }
  }
  return text::SoftMax(std::move(scores));
}

// A lesson as gradient descent wants it.
struct Case {
  std::vector<Say> says;
  size_t right;
};

std::vector<Case> CasesOf(const std::vector<DistrictLesson>& lessons) {
  std::vector<Case> cases;
  for (const DistrictLesson& lesson : lessons) {
    const auto right = std::find_if(
        lesson.predictions.begin(), lesson.predictions.end(),
        [&](const auto& p) { return p.label == lesson.district_code; });
    if (right == lesson.predictions.end()) continue;
    cases.push_back({SaysOf(lesson.predictions, lesson.hints),
                     static_cast<size_t>(right - lesson.predictions.begin())});
  }
  return cases;
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

std::vector<v1::VoiceWeight> LearnVoices(
    const std::vector<DistrictLesson>& lessons) {
  constexpr int kSteps = 300;
  constexpr double kRate = 0.1;
  const std::vector<Case> cases = CasesOf(lessons);
  std::map<std::string, double> weights;
  for (const Case& c : cases) {
    for (const Say& say : c.says) {
      weights.try_emplace(*say.voice, PriorOf(*say.voice));
    }
  }
  for (int step = 0; step < kSteps; ++step) {
    std::map<std::string, double> gradient;
    for (const auto& [voice, weight] : weights) {
      gradient[voice] = kPriorLessons * (weight - PriorOf(voice));
    }
    for (const Case& c : cases) {
      const auto p =
          Pool(c.says, [&](const std::string& v) { return weights.at(v); });
      for (const Say& say : c.says) {
        double& slope = gradient[*say.voice];
        slope -= say.logs[c.right];
        for (size_t i = 0; i < p.size(); ++i) slope += p[i] * say.logs[i];
      }
    }
    const double rate =
        kRate / (static_cast<double>(cases.size()) + kPriorLessons);
    for (auto& [voice, weight] : weights) {
      weight = std::max(0.0, weight - rate * gradient[voice]);
    }
  }
  std::vector<v1::VoiceWeight> learned;
  for (const auto& [voice, weight] : weights) {
    auto& out = learned.emplace_back();
    out.set_voice(voice);
    out.set_weight(weight);
  }
  return learned;
}

std::vector<double> VoteOnDistrict(
    const v1::AddressModel& model,
    const std::vector<text::Prediction>& predictions,
    const std::vector<DistrictHint>& hints) {
  return Pool(SaysOf(predictions, hints), [&](const std::string& voice) {
    for (const auto& known : model.voices()) {
      if (known.voice() == voice) return known.weight();
    }
    return PriorOf(voice);
  });
}

}  // namespace wangge::routing
