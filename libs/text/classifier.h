// Predicts the label (category) of a text: linear classifiers over character
// n-grams, one for short texts and one for the others, with calibrated
// probabilities. train/trainer.h makes them; docs/concepts/text-model.md
// explains both.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "text/vectorizer.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// A label and how probable it is.
struct Prediction {
  std::string label;
  double probability = 0;  // 0 to 1; all labels together make 1.
};

// A trained model. Immutable, so thread-safe.
class Classifier {
 public:
  // INVALID_ARGUMENT when the parts of the model do not fit together.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Create(
      routing::v1::TextModel model);

  // Reads what Save wrote. INVALID_ARGUMENT when the file is not a text model,
  // or is cut off or changed.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Load(
      const std::string& path);
  absl::Status Save(const std::string& path) const;
  // The content of such a file; `name` is for messages. Errors as Load.
  static absl::StatusOr<std::shared_ptr<const Classifier>> Parse(
      const std::string& name, const std::string& content);

  // All labels, most probable first. An empty text gives no predictions.
  std::vector<Prediction> Predict(const NormalText& text) const;

  // Predicts the district of an address; null when the model was trained
  // without addresses.
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

// The score of each label.
std::vector<double> ScoresOf(const routing::v1::LinearClassifier& classifier,
                             const Vector& vector);
// Probabilities from log odds, which need not be normalised; not empty.
std::vector<double> SoftMax(std::vector<double> log_odds);
// The model's labels with their probabilities, most probable first.
std::vector<Prediction> PredictionsOf(const routing::v1::TextModel& model,
                                      const std::vector<double>& probabilities);

}  // namespace wangge::text
