// How well predictions agree with the labels that people gave.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "text/classifier.h"

namespace wangge::text {

// The label of a text and what was predicted for it.
struct EvaluatedText {
  std::string expected;
  std::vector<Prediction> predicted;  // Most probable first; may be empty.
};

struct LabelMetrics {
  int support = 0;         // Rows with the label.
  int predicted = 0;       // Rows for which it was predicted.
  int true_positives = 0;  // Rows with it for which it was predicted.
  double precision = 0;
  double recall = 0;
  double f1 = 0;
};

struct Metrics {
  int row_count = 0;
  double accuracy = 0;
  // Mean F1 of the labels with support.
  double macro_f1 = 0;
  std::map<std::string, LabelMetrics> labels;
  // Rows by expected label, then by predicted label.
  std::map<std::string, std::map<std::string, int>> confusion;
  // Expected calibration error: the mean distance between the probability of a
  // prediction and the share of correct ones, over ten bins of equal width
  // (Naeini, Cooper, Hauskrecht 2015).
  double calibration_error = 0;
  // The share of correct predictions among the 80 % with the highest
  // probability, and the lowest probability among these.
  double precision_at_80 = 0;
  double threshold_at_80 = 0;
};

Metrics Evaluate(const std::vector<EvaluatedText>& rows);

// How precise plans must be that are carried out without a person.
inline constexpr double kTargetPrecision = 0.97;

// The probability of a prediction, and whether it was correct.
struct Outcome {
  double probability = 0;
  bool correct = false;
};

// The lowest threshold on the probability from which on predictions reach the
// target precision; above 1 when none does.
routing::v1::Threshold FitThreshold(std::vector<Outcome> outcomes,
                                    double target_precision);

}  // namespace wangge::text
