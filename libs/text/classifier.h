// Which category a text speaks of: linear judges over character n-grams, one
// for short texts and one for the others, made of support vector machines and
// naive Bayes (judge.h), with calibrated probabilities (training.cc).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "text/vectorizer.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

struct Example {
  std::string text;
  std::string label;
};

// What is learned from. The defaults suit messages; addresses, whose words are
// names that rarely come twice, want runs of up to 3 characters that occur
// once, room for all of them, a close fit, and nothing of heads.
// LIBLINEAR's cost is how much a row that is not fitted counts.
struct Learning {
  int longest_gram = 2;  // Characters, 1 to 8.
  int fewest_rows = 0;   // In which a feature must occur; 0: by their number.
  int bucket_bits = 21;  // Of the hashes of features, 8 to 24.
  double cost = 0;       // Above 0; 0: chosen by cross-validation.
  // Of naive Bayes (judge.h), above 0: how little a word says that few have.
  double smoothing = 0.1;
  // Whether what stands first says more: it has features of its own, and short
  // texts are learned by their heads alone as well, as titles.
  bool heads = true;
};

// A label and how probable it is.
struct Prediction {
  std::string label;
  double probability = 0;  // 0 to 1; all labels together make 1.
};

// A trained model. Immutable, so thread-safe.
class Classifier {
 public:
  // Trains on the examples, of which it also measures, by cross-validation, how
  // well it does. INVALID_ARGUMENT with fewer than two labels. Deterministic:
  // the same examples give the same bytes. `held_out`, when given, gets what
  // models that were trained without an example said of it, in their order.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Train(
      const std::vector<Example>& examples, const Learning& learning = {},
      std::vector<std::vector<Prediction>>* held_out = nullptr);

  // INVALID_ARGUMENT when its parts do not fit together.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Of(
      routing::v1::TextModel model);

  // Reads what Save wrote. INVALID_ARGUMENT when the file is foreign, cut off
  // or changed.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Load(
      const std::string& path);
  absl::Status Save(const std::string& path) const;
  // The content of such a file; `name` is for messages. Errors as Load.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Parse(
      const std::string& name, const std::string& content);

  // All labels, most probable first. An empty text gives no predictions.
  std::vector<Prediction> Predict(const NormalText& text) const;

  // Says the district of an address; null when none were learned from.
  const Classifier* districts() const { return districts_.get(); }

  const std::string& version() const { return model_.version(); }
  const routing::v1::TextModel& model() const { return model_; }

 private:
  explicit Classifier(routing::v1::TextModel model);
  static absl::Status Check(const routing::v1::TextModel& model);

  const routing::v1::TextModel model_;
  const Vectorizer vectorizer_;  // Of model_.
  std::unique_ptr<const Classifier> districts_;
};

// The steps from a vector to predictions, which training shares.
std::vector<double> ScoresOf(const routing::v1::TextJudge& judge,
                             const Vector& vector);
// Probabilities of their logarithms, to which anything may have been added.
std::vector<double> SoftMax(std::vector<double> odds);
// `probabilities` are of the model's labels.
std::vector<Prediction> PredictionsOf(const routing::v1::TextModel& model,
                                      const std::vector<double>& probabilities);

}  // namespace wangge::text
