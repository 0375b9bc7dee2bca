// How a classifier is made: features, LIBLINEAR's linear support vector machine
// (one label against the rest), and the calibration of its scores on rows that
// it did not see.
#include <linear.h>

#include <algorithm>
#include <cmath>
#include <functional>
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
// C of LIBLINEAR: what fits the labels closely, and what does not trust them.
// Cross-validation chooses.
constexpr double kCosts[] = {1, 0.25, 0.08};
constexpr size_t kFolds = 4;
// Rows side by side are often of one matter, so they stay in one fold, as far
// as there are rows enough.
constexpr size_t kNeighbours = 8;

// Fewer rows say nothing of a threshold.
constexpr size_t kFewestMeasured = 200;

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

// How much more a feature weighs that occurs with one label only; chosen by
// cross-validation.
constexpr float kPurityWeight = 2;

// How far a feature keeps to few labels, 1 over the number of labels to 1: the
// inverse gravity moment of its shares in the labels (Chen, Zhang, Long, Zhang:
// Turning from TF-IDF to TF-IGM, 2016).
float Purity(std::vector<float> shares) {
  std::sort(shares.begin(), shares.end(), std::greater<>());
  float moment = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    moment += shares[i] * static_cast<float>(i + 1);
  }
  return shares.front() / moment;
}

// The features worth learning from, with their inverse document frequency,
// weighed by their purity.
void ChooseFeatures(const std::vector<const Row*>& rows, int fewest_rows,
                    TextModel* model) {
  constexpr float kSmoothing = 0.2F;
  const auto labels = static_cast<size_t>(model->labels_size());
  std::vector<float> row_counts(labels, 1);
  std::vector<float> counts((size_t{1} << kBucketBits) * labels);
  for (const Row* row : rows) {
    const auto label = static_cast<size_t>(row->label);
    ++row_counts[label];
    for (const Feature& f : row->features) ++counts[f.bucket * labels + label];
  }
  const auto documents = static_cast<float>(rows.size());
  model->clear_buckets();
  model->clear_idf();
  for (size_t bucket = 0; bucket < counts.size() / labels; ++bucket) {
    const float* const of = counts.data() + bucket * labels;
    const float count = std::accumulate(of, of + labels, 0.0F);
    if (count < static_cast<float>(fewest_rows)) continue;
    std::vector<float> shares(labels);
    for (size_t j = 0; j < labels; ++j) {
      shares[j] = (of[j] + kSmoothing) / row_counts[j];
    }
    model->add_buckets(static_cast<uint32_t>(bucket));
    model->add_idf((std::log((1 + documents) / (1 + count)) + 1) *
                   (1 + kPurityWeight * Purity(std::move(shares))));
  }
}

LinearModel RunLiblinear(const std::vector<Vector>& vectors,
                         const std::vector<double>& targets, int feature_count,
                         double cost) {
  size_t node_count = 0;
  for (const Vector& vector : vectors) node_count += vector.size() + 2;
  std::vector<feature_node> nodes;
  nodes.reserve(node_count);
  std::vector<feature_node*> pointers;
  for (const Vector& vector : vectors) {
    pointers.push_back(nodes.data() + nodes.size());
    for (const auto& [position, value] : vector) {
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
  parameter.C = cost;
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
void FillWeights(const std::vector<Vector>& vectors,
                 const std::vector<double>& targets, double cost,
                 TextModel* model) {
  model->mutable_biases()->Clear();
  const LinearModel linear =
      RunLiblinear(vectors, targets, model->buckets_size(), cost);
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

// Learns from the whole texts and from their heads, so that titles alone are
// understood as well.
class Trainer {
 public:
  Trainer(const std::vector<Example>& examples, const Learning& learning)
      : learning_(learning) {
    model_.set_bucket_bits(kBucketBits);
    model_.set_longest_gram(learning.longest_gram);
    NameLabels(examples);
    const auto longest = static_cast<size_t>(learning.longest_gram);
    const auto features = [&](const std::string& text) {
      return ExtractFeatures(text, kBucketBits, longest);
    };
    for (const Example& example : examples) {
      const int label = numbers_[example.label];
      texts_.push_back({features(example.text), label});
      heads_.push_back({features(HeadOf(example.text)), label});
    }
  }

  // `held_out` as Classifier::Train has it.
  TextModel Run(std::vector<std::vector<Prediction>>* held_out) {
    TextModel best;
    double best_cost = kCosts[0];
    for (const double cost : kCosts) {
      auto said = CrossValidate(cost);
      if (model_.figures().accuracy() <= best.figures().accuracy()) continue;
      best = model_;
      best_cost = cost;
      if (held_out != nullptr) *held_out = std::move(said);
    }
    // All may be wrong on a handful of rows.
    if (best.labels_size() > 0) model_ = std::move(best);
    Learn([](size_t) { return true; }, best_cost, &model_);
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

  size_t FoldOf(size_t row) const {
    const size_t neighbours =
        std::clamp(texts_.size() / kFolds / 2, size_t{1}, kNeighbours);
    return row / neighbours % kFolds;
  }

  // Few rows have no features to waste.
  int FewestRows() const {
    constexpr size_t kFew = 3000;
    if (learning_.fewest_rows > 0) return learning_.fewest_rows;
    return texts_.size() < kFew ? 1 : 3;
  }

  // Learns from the examples that `wanted` names.
  template <typename Wanted>
  void Learn(const Wanted& wanted, double cost, TextModel* model) const {
    std::vector<const Row*> texts;
    std::vector<const Row*> heads;
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (!wanted(i)) continue;
      texts.push_back(&texts_[i]);
      heads.push_back(&heads_[i]);
    }
    ChooseFeatures(texts, FewestRows(), model);
    const Vectorizer vectorizer(model);
    std::vector<Vector> vectors;
    std::vector<double> targets;
    for (const auto* rows : {&texts, &heads}) {
      for (const Row* row : *rows) {
        vectors.push_back(vectorizer.Make(row->features));
        targets.push_back(row->label);
      }
    }
    FillWeights(vectors, targets, cost, model);
  }

  // Every row is judged by a model that was made without it; from that come the
  // calibration and the figures.
  std::vector<std::vector<Prediction>> CrossValidate(double cost) {
    std::vector<Scored> texts(texts_.size());
    std::vector<Scored> both;
    TextModel part = model_;
    for (size_t fold = 0; fold < kFolds; ++fold) {
      Learn([&](size_t i) { return FoldOf(i) != fold; }, cost, &part);
      const Vectorizer vectorizer(&part);
      for (size_t i = 0; i < texts_.size(); ++i) {
        if (FoldOf(i) != fold) continue;
        const auto label = static_cast<size_t>(texts_[i].label);
        const auto score = [&](const Row& row) {
          return Scored{ScoresOf(part, vectorizer.Make(row.features)), label};
        };
        texts[i] = score(texts_[i]);
        both.push_back(texts[i]);
        both.push_back(score(heads_[i]));
      }
    }
    *model_.mutable_calibration() =
        Calibrate(both, static_cast<size_t>(model_.labels_size()));
    std::vector<Judged> judged;
    for (const Scored& row : texts) {
      judged.push_back({model_.labels(static_cast<int>(row.label)),
                        PredictionsOf(model_, row.scores)});
    }
    WriteFigures(judged);
    std::vector<std::vector<Prediction>> said;
    for (Judged& row : judged) said.push_back(std::move(row.said));
    return said;
  }

  void WriteFigures(const std::vector<Judged>& judged) {
    const Figures figures = FiguresOf(judged);
    auto& out = *model_.mutable_figures();
    out.set_row_count(static_cast<int64_t>(texts_.size()));
    out.set_accuracy(figures.accuracy);
    out.set_macro_f1(figures.macro_f1);
    out.set_calibration_error(figures.calibration_error);
    if (texts_.size() < kFewestMeasured) return;
    std::vector<Answer> answers;
    for (const Judged& row : judged) {
      answers.push_back(
          {row.said[0].probability, row.said[0].label == row.right});
    }
    *model_.mutable_category_threshold() =
        ThresholdFor(std::move(answers), kWantedPrecision);
  }

  const Learning learning_;
  TextModel model_;
  std::map<std::string, int> numbers_;
  std::vector<Row> texts_;
  std::vector<Row> heads_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Classifier>> Classifier::Train(
    const std::vector<Example>& examples, const Learning& learning,
    std::vector<std::vector<Prediction>>* held_out) {
  const bool several = std::any_of(
      examples.begin(), examples.end(),
      [&](const Example& e) { return e.label != examples.front().label; });
  if (!several) {
    return absl::InvalidArgumentError(
        "training needs examples of at least two labels");
  }
  return std::shared_ptr<const Classifier>(
      new Classifier(Trainer(examples, learning).Run(held_out)));
}

}  // namespace wangge::text
