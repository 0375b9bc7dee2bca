#include "text/train/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace wangge::text {
namespace {

double Ratio(int part, int whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / whole;
}

double CalibrationError(const std::vector<Outcome>& outcomes) {
  struct Bin {
    int correct = 0;
    double probability = 0;
  };
  std::array<Bin, 10> bins;
  for (const Outcome& outcome : outcomes) {
    Bin& bin = bins[static_cast<size_t>(
        std::clamp(outcome.probability * 10, 0.0, 9.0))];
    bin.correct += outcome.correct ? 1 : 0;
    bin.probability += outcome.probability;
  }
  double error = 0;
  for (const Bin& bin : bins) error += std::abs(bin.probability - bin.correct);
  return error / static_cast<double>(std::max<size_t>(outcomes.size(), 1));
}

void FillLabels(Metrics* metrics) {
  int with_support = 0;
  for (auto& [label, of] : metrics->labels) {
    of.precision = Ratio(of.true_positives, of.predicted);
    of.recall = Ratio(of.true_positives, of.support);
    of.f1 = Ratio(2 * of.true_positives, of.predicted + of.support);
    if (of.support == 0) continue;
    ++with_support;
    metrics->macro_f1 += of.f1;
  }
  metrics->macro_f1 /= std::max(with_support, 1);
}

bool MoreProbable(const Outcome& a, const Outcome& b) {
  return a.probability > b.probability;
}

}  // namespace

Metrics Evaluate(const std::vector<EvaluatedText>& rows) {
  Metrics metrics;
  metrics.row_count = static_cast<int>(rows.size());
  std::vector<Outcome> outcomes;
  int correct_count = 0;
  for (const auto& [expected, predicted] : rows) {
    const Prediction best = predicted.empty() ? Prediction{} : predicted[0];
    const bool correct = best.label == expected;
    outcomes.push_back({best.probability, correct});
    correct_count += correct ? 1 : 0;
    ++metrics.labels[expected].support;
    ++metrics.labels[best.label].predicted;
    metrics.labels[expected].true_positives += correct ? 1 : 0;
    ++metrics.confusion[expected][best.label];
  }
  metrics.accuracy = Ratio(correct_count, metrics.row_count);
  FillLabels(&metrics);
  metrics.calibration_error = CalibrationError(outcomes);
  std::stable_sort(outcomes.begin(), outcomes.end(), MoreProbable);
  outcomes.resize(outcomes.size() * 8 / 10);
  if (!outcomes.empty()) {
    const auto correct =
        std::count_if(outcomes.begin(), outcomes.end(),
                      [](const Outcome& o) { return o.correct; });
    metrics.precision_at_80 =
        Ratio(static_cast<int>(correct), static_cast<int>(outcomes.size()));
    metrics.threshold_at_80 = outcomes.back().probability;
  }
  return metrics;
}

routing::v1::Threshold FitThreshold(std::vector<Outcome> outcomes,
                                    double target_precision) {
  std::sort(outcomes.begin(), outcomes.end(), MoreProbable);
  constexpr double kUnreachable = 1.01;
  routing::v1::Threshold threshold;
  threshold.set_target_precision(target_precision);
  threshold.set_value(kUnreachable);
  double correct = 0;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    correct += outcomes[i].correct ? 1 : 0;
    // A threshold cannot part predictions of the same probability.
    if (i + 1 < outcomes.size() &&
        outcomes[i + 1].probability == outcomes[i].probability) {
      continue;
    }
    const auto count = static_cast<double>(i + 1);
    if (correct / count < target_precision) continue;
    threshold.set_value(outcomes[i].probability);
    threshold.set_precision(correct / count);
    threshold.set_coverage(count / static_cast<double>(outcomes.size()));
  }
  return threshold;
}

}  // namespace wangge::text
