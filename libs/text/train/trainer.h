// Trains a classifier from labelled texts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "text/classifier.h"

namespace wangge::text {

struct Example {
  std::string text;
  std::string label;
};

// The defaults suit messages. Addresses, whose words are names that rarely
// occur twice, want n-grams of up to 3 characters from a single row, more
// buckets, a high cost, and no heads.
struct TrainingOptions {
  int max_ngram = 2;     // Characters, 1 to 8.
  int min_rows = 0;      // In which a feature must occur; 0: by their number.
  int bucket_bits = 21;  // Features are hashed into 2 to this power, 8 to 24.
  // LIBLINEAR's C, above 0: how closely rows are fitted; 0: chosen by
  // cross-validation.
  double cost = 0;
  double smoothing = 0.1;  // Of naive Bayes, above 0; see TrainNaiveBayes.
  // Whether the beginning of a text, its head, has features of its own, and
  // short texts are also learned from heads alone, as from titles.
  bool use_heads = true;
};

// Trains on the examples and measures by cross-validation how well it does; the
// model carries these metrics and the threshold that follows from them.
// `held_out`, when given, gets for each example, in order, the predictions of a
// model that was trained without it. INVALID_ARGUMENT with fewer than two
// labels. Deterministic: the same examples give the same bytes. Uses all cores.
absl::StatusOr<std::shared_ptr<const Classifier>> Train(
    const std::vector<Example>& examples, const TrainingOptions& options = {},
    std::vector<std::vector<Prediction>>* held_out = nullptr);

}  // namespace wangge::text
