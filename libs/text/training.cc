// How a classifier is made: features, LIBLINEAR's linear support vector machine
// (one label against the rest), and the calibration of its scores on rows that
// it did not see.
#include <linear.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "text/classifier.h"
#include "text/figures.h"
#include "text/vectorizer.h"

namespace wangge::text {
namespace {

using routing::v1::Calibration;
using routing::v1::TextModel;

constexpr int kBucketBits = 20;
// C of LIBLINEAR, chosen by cross-validation.
constexpr double kCost = 1;
constexpr size_t kFolds = 4;

// LIBLINEAR's model with its own way to be freed.
struct FreeModel {
  void operator()(::model* m) const { free_and_destroy_model(&m); }
};
using LinearModel = std::unique_ptr<::model, FreeModel>;

// A text in the shape in which it is learned from.
struct Row {
  std::vector<Feature> features;
  int label = 0;
};

// Features that occur in at least two rows, with their inverse document
// frequency.
void ChooseFeatures(const std::vector<Row>& rows, TextModel* model) {
  std::vector<int> document_counts(size_t{1} << kBucketBits);
  for (const Row& row : rows) {
    for (const Feature& f : row.features) ++document_counts[f.bucket];
  }
  const auto documents = static_cast<float>(rows.size());
  for (size_t bucket = 0; bucket < document_counts.size(); ++bucket) {
    const int count = document_counts[bucket];
    if (count < 2) continue;
    model->add_buckets(static_cast<uint32_t>(bucket));
    model->add_idf(std::log((1 + documents) / (1 + static_cast<float>(count))) +
                   1);
  }
}

LinearModel RunLiblinear(const std::vector<const Vector*>& vectors,
                         const std::vector<double>& targets,
                         int feature_count) {
  size_t node_count = 0;
  for (const Vector* vector : vectors) node_count += vector->size() + 2;
  std::vector<feature_node> nodes;
  nodes.reserve(node_count);
  std::vector<feature_node*> pointers;
  for (const Vector* vector : vectors) {
    pointers.push_back(nodes.data() + nodes.size());
    for (const auto& [position, value] : *vector) {
      nodes.push_back({static_cast<int>(position) + 1, value});
    }
    nodes.push_back({feature_count + 1, 1.0});  // The bias.
    nodes.push_back({-1, 0});
  }
  ::problem problem{};
  problem.l = static_cast<int>(vectors.size());
  problem.n = feature_count + 1;
  std::vector<double> y = targets;
  problem.y = y.data();
  problem.x = pointers.data();
  problem.bias = 1;
  ::parameter parameter{};
  // The primal solver takes no random numbers: the same rows, the same bytes.
  parameter.solver_type = L2R_L2LOSS_SVC;
  parameter.C = kCost;
  parameter.eps = 0.01;
  set_print_string_function([](const char*) {});
  return LinearModel(train(&problem, &parameter));
}

// Copies weights; LIBLINEAR keeps one vector, for the first class, when there
// are two classes, and orders classes by first occurrence.
void CopyWeights(const ::model& linear, TextModel* model) {
  const int features = model->buckets_size();
  const int label_count = model->labels_size();
  const auto labels = static_cast<size_t>(label_count);
  std::vector<float> weights(static_cast<size_t>(features) * labels);
  std::vector<float> biases(labels);
  const bool binary = linear.nr_class == 2;
  for (int c = 0; c < linear.nr_class; ++c) {
    const auto label = static_cast<size_t>(linear.label[c]);
    for (int i = 0; i <= features; ++i) {
      const double raw = binary ? (c == 0 ? linear.w[i] : -linear.w[i])
                                : linear.w[i * linear.nr_class + c];
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

// Labels that no row has get a score far below all others.
void FillWeights(const std::vector<const Vector*>& vectors,
                 const std::vector<double>& targets, TextModel* model) {
  model->mutable_biases()->Clear();
  const LinearModel linear =
      RunLiblinear(vectors, targets, model->buckets_size());
  CopyWeights(*linear, model);
  for (int label = 0; label < model->labels_size(); ++label) {
    if (std::find(targets.begin(), targets.end(), label) == targets.end()) {
      model->set_biases(label, -4);
    }
  }
}

// Scores of a row with its right label.
struct Scored {
  std::vector<double> scores;
  size_t label = 0;
};

// Fits scale and offsets by gradient descent on the log loss, which is convex
// in them: temperature scaling with a bias for each label (Guo et al. 2017).
Calibration Calibrate(const std::vector<Scored>& rows, size_t labels) {
  constexpr int kSteps = 300;
  constexpr double kRate = 0.5;
  double log_scale = 1;  // Of LIBLINEAR's scores, about right from the start.
  std::vector<double> offsets(labels);
  std::vector<double> gradient(labels);
  for (int step = 0; step < kSteps; ++step) {
    double of_scale = 0;
    std::fill(gradient.begin(), gradient.end(), 0.0);
    const double scale = std::exp(log_scale);
    for (const Scored& row : rows) {
      const auto p = SoftMax(row.scores, scale, offsets);
      for (size_t j = 0; j < labels; ++j) {
        const double error = p[j] - (j == row.label ? 1 : 0);
        gradient[j] += error;
        of_scale += error * row.scores[j] * scale;
      }
    }
    const double rate = kRate / static_cast<double>(rows.size());
    log_scale -= rate * of_scale;
    for (size_t j = 0; j < labels; ++j) offsets[j] -= rate * gradient[j];
  }
  Calibration calibration;
  calibration.set_scale(static_cast<float>(std::exp(log_scale)));
  for (const double offset : offsets) {
    calibration.add_offsets(static_cast<float>(offset));
  }
  return calibration;
}

// What is learned from: the whole texts, then their heads, so that titles alone
// are understood as well.
class Trainer {
 public:
  explicit Trainer(const std::vector<Example>& examples) {
    model_.set_bucket_bits(kBucketBits);
    NameLabels(examples);
    Read(examples);
  }

  TextModel Run() {
    CrossValidate();
    std::vector<size_t> all(rows_);
    std::iota(all.begin(), all.end(), size_t{0});
    Learn(all, &model_);
    return std::move(model_);
  }

 private:
  void NameLabels(const std::vector<Example>& examples) {
    std::string input;
    for (const Example& example : examples) {
      numbers_.try_emplace(example.label, 0);
      absl::StrAppend(&input, example.label, "\t", example.text, "\n");
    }
    model_.set_version(ToHex(Sha256(input)).substr(0, 12));
    for (auto& [label, number] : numbers_) {
      number = model_.labels_size();
      model_.add_labels(label);
    }
  }

  void Read(const std::vector<Example>& examples) {
    rows_ = examples.size();
    std::vector<Row> rows;
    for (const bool head : {false, true}) {
      for (const Example& example : examples) {
        rows.push_back(
            {ExtractFeatures(head ? HeadOf(example.text) : example.text,
                             kBucketBits),
             numbers_[example.label]});
      }
    }
    ChooseFeatures({rows.begin(), rows.begin() + static_cast<long>(rows_)},
                   &model_);
    const Vectorizer vectorizer(&model_);
    for (const Row& row : rows) {
      vectors_.push_back(vectorizer.Make(row.features));
      targets_.push_back(row.label);
    }
  }

  // Learns from these examples and their heads.
  void Learn(const std::vector<size_t>& examples, TextModel* model) const {
    std::vector<const Vector*> vectors;
    std::vector<double> targets;
    for (const size_t offset : {size_t{0}, rows_}) {
      for (const size_t i : examples) {
        vectors.push_back(&vectors_[offset + i]);
        targets.push_back(targets_[i]);
      }
    }
    FillWeights(vectors, targets, model);
  }

  // Every row is judged by a model that was made without it; from that come the
  // calibration and the figures. Features are chosen from all rows, which takes
  // no look at their labels.
  void CrossValidate() {
    const auto labels = static_cast<size_t>(model_.labels_size());
    std::vector<Scored> scored;
    std::vector<Scored> heads;
    TextModel part = model_;
    for (size_t fold = 0; fold < kFolds; ++fold) {
      std::vector<size_t> seen;
      for (size_t i = 0; i < rows_; ++i) {
        if (i % kFolds != fold) seen.push_back(i);
      }
      Learn(seen, &part);
      for (size_t i = fold; i < rows_; i += kFolds) {
        const auto label = static_cast<size_t>(targets_[i]);
        scored.push_back({ScoresOf(part, vectors_[i]), label});
        heads.push_back({ScoresOf(part, vectors_[rows_ + i]), label});
      }
    }
    std::vector<Scored> both = scored;
    both.insert(both.end(), heads.begin(), heads.end());
    *model_.mutable_calibration() = Calibrate(both, labels);
    WriteFigures(scored);
  }

  void WriteFigures(const std::vector<Scored>& scored) {
    std::vector<Judged> judged;
    for (const Scored& row : scored) {
      judged.push_back({model_.labels(static_cast<int>(row.label)),
                        PredictionsOf(model_, row.scores)});
    }
    const Figures figures = FiguresOf(judged);
    auto& out = *model_.mutable_figures();
    out.set_row_count(static_cast<int64_t>(rows_));
    out.set_accuracy(figures.accuracy);
    out.set_macro_f1(figures.macro_f1);
    out.set_calibration_error(figures.calibration_error);
  }

  TextModel model_;
  std::map<std::string, int> numbers_;
  size_t rows_ = 0;
  std::vector<Vector> vectors_;
  std::vector<int> targets_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Train(
    const std::vector<Example>& examples) {
  const bool several = std::any_of(
      examples.begin(), examples.end(),
      [&](const Example& e) { return e.label != examples.front().label; });
  if (!several) {
    return absl::InvalidArgumentError(
        "training needs examples of at least two labels");
  }
  return std::shared_ptr<const Classifier>(
      new Classifier(Trainer(examples).Run()));
}

}  // namespace wangge::text
