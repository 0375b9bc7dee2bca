#include "text/classifier.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "text/features.h"

namespace wangge::text {
namespace {

using routing::v1::TextModel;

constexpr int kBucketBits = 18;
constexpr double kRegularization = 8;
constexpr char kMagic[] = "wangge-text-model 1 ";

using Features = std::vector<std::pair<uint32_t, float>>;

// Weighs counts by tf-idf and brings the vector to length one. Features that
// `row_of` does not know are dropped.
template <typename RowOf>
Features Weigh(const Features& counts, const TextModel& model,
               const RowOf& row_of) {
  Features weighted;
  double squares = 0;
  for (const auto& [bucket, count] : counts) {
    const int row = row_of(bucket);
    if (row < 0) continue;
    const float value = (1 + std::log(count)) * model.idf(row);
    weighted.emplace_back(static_cast<uint32_t>(row), value);
    squares += static_cast<double>(value) * value;
  }
  const auto length = static_cast<float>(std::sqrt(squares));
  for (auto& [row, value] : weighted) value /= length;
  return weighted;
}

std::vector<int> RowOfBucket(const TextModel& model) {
  std::vector<int> rows(size_t{1} << model.bucket_bits(), -1);
  for (int i = 0; i < model.buckets_size(); ++i) rows[model.buckets(i)] = i;
  return rows;
}

// Features that occur in at least two examples, with their idf.
void ChooseFeatures(const std::vector<Features>& counts, TextModel* model) {
  std::map<uint32_t, int> document_counts;
  for (const Features& one : counts) {
    for (const auto& [bucket, count] : one) ++document_counts[bucket];
  }
  const auto documents = static_cast<float>(counts.size());
  for (const auto& [bucket, count] : document_counts) {
    if (count < 2) continue;
    model->add_buckets(bucket);
    model->add_idf(std::log((1 + documents) / (1 + static_cast<float>(count))) +
                   1);
  }
}

// LIBLINEAR's model with its own way to be freed.
struct FreeModel {
  void operator()(::model* m) const { free_and_destroy_model(&m); }
};
using LinearModel = std::unique_ptr<::model, FreeModel>;

LinearModel RunLiblinear(const std::vector<Features>& rows,
                         const std::vector<double>& targets,
                         int feature_count) {
  std::vector<std::vector<feature_node>> storage;
  std::vector<feature_node*> pointers;
  storage.reserve(rows.size());
  for (const Features& row : rows) {
    auto& nodes = storage.emplace_back();
    nodes.reserve(row.size() + 2);
    for (const auto& [index, value] : row) {
      nodes.push_back({static_cast<int>(index) + 1, value});
    }
    nodes.push_back({feature_count + 1, 1.0});  // The bias.
    nodes.push_back({-1, 0});
    pointers.push_back(nodes.data());
  }
  ::problem problem{};
  problem.l = static_cast<int>(rows.size());
  problem.n = feature_count + 1;
  std::vector<double> y = targets;
  problem.y = y.data();
  problem.x = pointers.data();
  problem.bias = 1;
  ::parameter parameter{};
  parameter.solver_type = L2R_LR;
  parameter.C = kRegularization;
  parameter.eps = 0.01;
  set_print_string_function([](const char*) {});
  LinearModel model(train(&problem, &parameter));
  return model;
}

// Copies weights; LIBLINEAR keeps one vector, for the first class, when there
// are two classes, and orders classes by first occurrence.
void CopyWeights(const ::model& linear, int label_count, TextModel* model) {
  const int features = model->buckets_size();
  const auto labels = static_cast<size_t>(label_count);
  std::vector<float> weights(static_cast<size_t>(features) * labels);
  std::vector<float> biases(labels);
  const bool binary = label_count == 2;
  for (int c = 0; c < label_count; ++c) {
    const auto label = static_cast<size_t>(linear.label[c]);
    for (int i = 0; i <= features; ++i) {
      const double raw = binary ? (c == 0 ? linear.w[i] : -linear.w[i])
                                : linear.w[i * label_count + c];
      const auto value = static_cast<float>(raw);
      if (i == features) {
        biases[label] = value;
      } else {
        weights[static_cast<size_t>(i) * labels + label] = value;
      }
    }
  }
  model->mutable_weights()->Assign(weights.begin(), weights.end());
  model->mutable_biases()->Assign(biases.begin(), biases.end());
}

}  // namespace

Classifier::Classifier(TextModel model)
    : model_(std::move(model)), row_of_bucket_(RowOfBucket(model_)) {}

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Train(
    const std::vector<Example>& examples) {
  TextModel model;
  model.set_bucket_bits(kBucketBits);
  model.set_training_row_count(static_cast<int64_t>(examples.size()));
  std::map<std::string, int> label_numbers;
  std::string input;
  for (const Example& example : examples) {
    label_numbers.try_emplace(example.label, 0);
    absl::StrAppend(&input, example.label, "\t", example.text, "\n");
  }
  if (label_numbers.size() < 2) {
    return absl::InvalidArgumentError(
        "training needs examples of at least two labels");
  }
  model.set_version(ToHex(Sha256(input)).substr(0, 12));
  for (auto& [label, number] : label_numbers) {
    number = model.labels_size();
    model.add_labels(label);
  }
  std::vector<Features> rows;
  std::vector<double> targets;
  for (const Example& example : examples) {
    rows.push_back(ExtractFeatures(example.text, kBucketBits));
    targets.push_back(label_numbers[example.label]);
  }
  ChooseFeatures(rows, &model);
  const std::vector<int> row_of_bucket = RowOfBucket(model);
  for (Features& row : rows) {
    row = Weigh(row, model, [&](uint32_t b) { return row_of_bucket[b]; });
  }
  const LinearModel linear = RunLiblinear(rows, targets, model.buckets_size());
  CopyWeights(*linear, model.labels_size(), &model);
  return std::shared_ptr<const Classifier>(new Classifier(std::move(model)));
}

absl::Status Classifier::Check(const TextModel& model) {
  const auto features = static_cast<int64_t>(model.buckets_size());
  const bool consistent =
      model.labels_size() >= 2 && model.bucket_bits() > 0 &&
      model.bucket_bits() <= 24 && model.idf_size() == features &&
      model.biases_size() == model.labels_size() &&
      model.weights_size() == features * model.labels_size() &&
      std::all_of(model.buckets().begin(), model.buckets().end(),
                  [&](uint32_t b) { return b >> model.bucket_bits() == 0; });
  return consistent ? absl::OkStatus()
                    : absl::InvalidArgumentError("its parts do not fit");
}

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Load(
    const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  const auto fault = [&](const std::string& what) {
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": ", what, "; train it again with `wgctl model train`"));
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

std::vector<Prediction> Classifier::Predict(const std::string& text) const {
  const Features features =
      Weigh(ExtractFeatures(text, model_.bucket_bits()), model_,
            [&](uint32_t b) { return row_of_bucket_[b]; });
  if (features.empty()) return {};
  const auto labels = static_cast<size_t>(model_.labels_size());
  std::vector<double> scores(model_.biases().begin(), model_.biases().end());
  for (const auto& [row, value] : features) {
    const float* weights = model_.weights().data() + row * labels;
    for (size_t j = 0; j < labels; ++j) scores[j] += weights[j] * value;
  }
  // One against the rest: each score is a log-odds of its own; scaled to one.
  double sum = 0;
  for (double& score : scores) {
    score = 1 / (1 + std::exp(-score));
    sum += score;
  }
  std::vector<Prediction> predictions;
  for (size_t j = 0; j < labels; ++j) {
    predictions.push_back(
        {model_.labels(static_cast<int>(j)), scores[j] / sum});
  }
  std::stable_sort(predictions.begin(), predictions.end(),
                   [](const Prediction& a, const Prediction& b) {
                     return a.probability > b.probability;
                   });
  return predictions;
}

}  // namespace wangge::text
