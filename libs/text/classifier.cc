#include "text/classifier.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace wangge::text {
namespace {

using routing::v1::LinearClassifier;
using routing::v1::TextModel;

constexpr char kMagic[] = "wangge-text-model 4 ";

bool Fits(const LinearClassifier& classifier, const TextModel& model) {
  const auto features = static_cast<int64_t>(model.buckets_size());
  return classifier.biases_size() == model.labels_size() &&
         classifier.weights_size() == features * model.labels_size();
}

}  // namespace

std::vector<double> SoftMax(std::vector<double> log_odds) {
  const double max = *std::max_element(log_odds.begin(), log_odds.end());
  double sum = 0;
  for (double& value : log_odds) sum += value = std::exp(value - max);
  for (double& value : log_odds) value /= sum;
  return log_odds;
}

std::vector<double> ScoresOf(const LinearClassifier& classifier,
                             const Vector& vector) {
  std::vector<float> scores(classifier.biases().begin(),
                            classifier.biases().end());
  const size_t labels = scores.size();
  for (const auto& [position, value] : vector) {
    const float* weights = classifier.weights().data() + position * labels;
    for (size_t j = 0; j < labels; ++j) scores[j] += weights[j] * value;
  }
  return {scores.begin(), scores.end()};
}

std::vector<Prediction> PredictionsOf(const TextModel& model,
                                      const std::vector<double>& p) {
  std::vector<std::pair<double, int>> order;  // Best first, then by number.
  order.reserve(p.size());
  for (const double probability : p) {
    order.emplace_back(-probability, static_cast<int>(order.size()));
  }
  std::sort(order.begin(), order.end());
  std::vector<Prediction> predictions;
  predictions.reserve(p.size());
  for (const auto& [negative, label] : order) {
    predictions.push_back({model.labels(label), -negative});
  }
  return predictions;
}

Classifier::Classifier(TextModel model)
    : model_(std::move(model)), vectorizer_(&model_) {
  if (model_.addresses().has_districts()) {
    districts_.reset(new Classifier(model_.addresses().districts()));
  }
}

absl::Status Classifier::Check(const TextModel& model) {
  const bool consistent =
      model.labels_size() >= 2 && model.bucket_bits() > 0 &&
      model.bucket_bits() <= 24 && model.max_ngram() > 0 &&
      model.max_ngram() <= 8 && model.idf_size() == model.buckets_size() &&
      Fits(model.short_texts(), model) &&
      (!model.has_long_texts() || Fits(model.long_texts(), model)) &&
      std::adjacent_find(model.buckets().begin(), model.buckets().end(),
                         std::greater_equal<>()) == model.buckets().end() &&
      (model.buckets().empty() ||
       *model.buckets().rbegin() >> model.bucket_bits() == 0);
  if (!consistent) {
    return absl::InvalidArgumentError(
        "the model's labels, features and weights do not fit together");
  }
  if (!model.addresses().has_districts()) return absl::OkStatus();
  const TextModel& districts = model.addresses().districts();
  return districts.has_addresses()
             ? absl::InvalidArgumentError(
                   "the model of districts must not hold another one")
             : Check(districts);
}

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Create(
    TextModel model) {
  RETURN_IF_ERROR(Check(model));
  return std::shared_ptr<const Classifier>(new Classifier(std::move(model)));
}

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Load(
    const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  return Parse(path, content);
}

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Parse(
    const std::string& name, const std::string& content) {
  const auto fault = [&](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(
        name, ": ", what, "; train it again with `wgctl model train`"));
  };
  const std::pair<std::string, std::string> parts =
      absl::StrSplit(content, absl::MaxSplits('\n', 1));
  const auto& [head, body] = parts;
  if (!absl::StartsWith(head, kMagic)) return fault("is not a text model");
  if (head != absl::StrCat(kMagic, ToHex(Sha256(body)))) {
    return fault("is cut off or was changed");
  }
  TextModel model;
  if (!model.ParseFromString(body) || !Check(model).ok()) {
    return fault("holds no usable model");
  }
  return std::shared_ptr<const Classifier>(new Classifier(std::move(model)));
}

absl::Status Classifier::Save(const std::string& path) const {
  const std::string body = model_.SerializeAsString();
  return WriteFile(path, absl::StrCat(kMagic, ToHex(Sha256(body)), "\n", body));
}

std::vector<Prediction> Classifier::Predict(const NormalText& text) const {
  const Vector vector = vectorizer_.Vectorize(text);
  if (vector.empty()) return {};
  const LinearClassifier& classifier = IsShort(text) || !model_.has_long_texts()
                                           ? model_.short_texts()
                                           : model_.long_texts();
  return PredictionsOf(model_, SoftMax(ScoresOf(classifier, vector)));
}

}  // namespace wangge::text
