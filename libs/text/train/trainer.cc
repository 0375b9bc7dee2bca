#include "text/train/trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/parallel.h"
#include "text/train/evaluation.h"
#include "text/train/learners.h"
#include "text/train/opinion_pool.h"
#include "text/vectorizer.h"

namespace wangge::text {
namespace {

using routing::v1::LinearClassifier;
using routing::v1::TextModel;

// Values of LIBLINEAR's C among which cross-validation chooses: from a close
// fit to one that distrusts the labels.
constexpr double kCosts[] = {3, 1, 0.25, 0.08};
constexpr size_t kFolds = 4;
constexpr size_t kNoFold = kFolds;
// Neighbouring rows are often about the same incident, so they stay in one
// fold, as far as there are enough rows.
constexpr size_t kMaxNeighbours = 8;

// Fewer rows cannot support a threshold.
constexpr size_t kMinRowsForThreshold = 200;

// A text as it is learned from.
struct Row {
  std::vector<Feature> features;
  int label = 0;
  bool is_short = false;
};

// How much more a feature weighs that occurs with one label only. Chosen by
// cross-validation.
constexpr float kPurityWeight = 2;

// How far a feature is confined to few labels, from 1 / (number of labels) to
// 1: the inverse gravity moment of its shares in the labels (Chen, Zhang, Long,
// Zhang: Turning from TF-IDF to TF-IGM, 2016).
float Purity(std::vector<float> shares) {
  std::sort(shares.begin(), shares.end(), std::greater<>());
  float moment = 0;
  for (size_t i = 0; i < shares.size(); ++i) {
    moment += shares[i] * static_cast<float>(i + 1);
  }
  return shares.front() / moment;
}

constexpr size_t kNotSelected = std::numeric_limits<size_t>::max();

// Sets the model's features: those that occur in at least `min_rows` rows, with
// their inverse document frequency, weighted by their purity.
void SelectFeatures(const std::vector<const Row*>& rows, int min_rows,
                    TextModel* model) {
  std::vector<int> count_of(size_t{1} << model->bucket_bits());
  for (const Row* row : rows) {
    for (const Feature& f : row->features) ++count_of[f.bucket];
  }
  model->clear_buckets();
  model->clear_idf();
  std::vector<size_t> position_of(count_of.size(), kNotSelected);
  for (size_t bucket = 0; bucket < count_of.size(); ++bucket) {
    if (count_of[bucket] < min_rows) continue;
    position_of[bucket] = static_cast<size_t>(model->buckets_size());
    model->add_buckets(static_cast<uint32_t>(bucket));
  }
  const auto labels = static_cast<size_t>(model->labels_size());
  std::vector<float> row_counts(labels, 1);
  // Not smoothed: what is rare, but with one label only, weighs in full.
  std::vector<float> shares(static_cast<size_t>(model->buckets_size()) *
                            labels);
  for (const Row* row : rows) {
    const auto label = static_cast<size_t>(row->label);
    ++row_counts[label];
    for (const Feature& f : row->features) {
      const size_t position = position_of[f.bucket];
      if (position != kNotSelected) ++shares[position * labels + label];
    }
  }
  const auto documents = static_cast<float>(rows.size());
  for (size_t i = 0; i < shares.size(); i += labels) {
    const auto bucket = model->buckets(static_cast<int>(i / labels));
    const auto count = static_cast<float>(count_of[bucket]);
    for (size_t j = 0; j < labels; ++j) shares[i + j] /= row_counts[j];
    const auto first = shares.begin() + static_cast<ptrdiff_t>(i);
    model->add_idf(
        (std::log((1 + documents) / (1 + count)) + 1) *
        (1 + kPurityWeight * Purity({first, first + ptrdiff_t(labels)})));
  }
}

// What the classifiers that were trained without a row score it, and its head.
struct HeldOutScores {
  std::vector<ScoredRow> texts;
  std::vector<ScoredRow> heads;
};

// How a classifier is to be trained on all rows.
struct Choice {
  size_t cost = 0;  // Its position among the costs.
  OpinionPool pool;
};

// Trains two classifiers: one for short texts, from whole texts and, if wanted,
// from their heads, so that it understands titles as well; and one for long
// texts, from whole texts alone.
class Trainer {
 public:
  Trainer(const std::vector<Example>& examples, const TrainingOptions& options)
      : options_(options), costs_(std::begin(kCosts), std::end(kCosts)) {
    if (options.cost > 0) costs_ = {options.cost};
    model_.set_bucket_bits(options.bucket_bits);
    model_.set_max_ngram(options.max_ngram);
    NumberLabels(examples);
    const auto row_of = [&](const NormalText& text, int label) {
      const auto max_ngram = static_cast<size_t>(options.max_ngram);
      return Row{ExtractFeatures(text, options.bucket_bits, max_ngram,
                                 options.use_heads),
                 label, IsShort(text)};
    };
    for (const Example& example : examples) {
      const int label = label_numbers_[example.label];
      texts_.push_back(row_of(example.text, label));
      if (options.use_heads) {
        heads_.push_back(row_of(HeadOf(example.text), label));
      }
      // Without heads both classifiers would be the same.
      has_long_ = has_long_ || (options.use_heads && !texts_.back().is_short);
    }
  }

  // `held_out` as Train has it.
  TextModel Run(std::vector<std::vector<Prediction>>* held_out) {
    const std::vector<HeldOutScores> by_cost = CrossValidate();
    const Choice for_short = Choose(by_cost, true);
    const Choice for_long = has_long_ ? Choose(by_cost, false) : for_short;
    auto predictions = PredictHeldOut(by_cost, for_short, for_long);
    WriteMetrics(predictions);
    if (held_out != nullptr) {
      held_out->clear();
      for (EvaluatedText& row : predictions) {
        held_out->push_back(std::move(row.predicted));
      }
    }
    TrainOnAll(for_short, for_long);
    return std::move(model_);
  }

 private:
  void NumberLabels(const std::vector<Example>& examples) {
    std::string input;
    for (const Example& example : examples) {
      label_numbers_.try_emplace(example.label, 0);
      absl::StrAppend(&input, example.label, "\t", example.text, "\n");
    }
    model_.set_version(ToHex(Sha256(input)).substr(0, 12));
    for (auto& [label, number] : label_numbers_) {
      number = model_.labels_size();
      model_.add_labels(label);
    }
  }

  size_t FoldOf(size_t row) const {
    const size_t neighbours =
        std::clamp(texts_.size() / kFolds / 2, size_t{1}, kMaxNeighbours);
    return row / neighbours % kFolds;
  }

  // Few rows have no features to waste.
  int MinRows() const {
    constexpr size_t kFew = 3000;
    if (options_.min_rows > 0) return options_.min_rows;
    return texts_.size() < kFew ? 1 : 3;
  }

  // The rows that are not in `fold`; all for kNoFold.
  std::vector<const Row*> Without(size_t fold,
                                  const std::vector<Row>& all) const {
    std::vector<const Row*> rows;
    for (size_t i = 0; i < all.size(); ++i) {
      if (FoldOf(i) != fold) rows.push_back(&all[i]);
    }
    return rows;
  }

  static void Add(const std::vector<const Row*>& rows,
                  const Vectorizer& vectorizer, TrainingSet* set) {
    for (const Row* row : rows) {
      set->vectors.push_back(vectorizer.Vectorize(row->features));
      set->labels.push_back(row->label);
    }
  }

  // Selects the features of these rows into `model` and calls
  // `train(set, is_short)` with the training set of each classifier.
  template <typename TrainOne>
  void TrainBoth(const std::vector<const Row*>& texts,
                 const std::vector<const Row*>& heads, TextModel* model,
                 const TrainOne& train) const {
    SelectFeatures(texts, MinRows(), model);
    const Vectorizer vectorizer(model);
    TrainingSet set;
    Add(texts, vectorizer, &set);
    if (has_long_) train(set, false);
    Add(heads, vectorizer, &set);
    train(set, true);
  }

  // For each cost, the scores of every row by classifiers that were trained
  // without its fold: the choice of the cost, the calibration and the metrics
  // come from these.
  std::vector<HeldOutScores> CrossValidate() const {
    const std::vector<ScoredRow> none(texts_.size());
    std::vector<HeldOutScores> by_cost(costs_.size(), {none, none});
    ForEachRange(kFolds, 1, [&](size_t fold, size_t /*end*/) {
      TextModel part = model_;
      const auto train = [&](const TrainingSet& set, bool is_short) {
        const Vectorizer vectorizer(&part);
        const LinearClassifier bayes =
            TrainNaiveBayes(set, part, options_.smoothing);
        for (size_t cost = 0; cost < costs_.size(); ++cost) {
          const LinearClassifier svm = TrainSvm(set, part, costs_[cost]);
          ScoreFold(fold, vectorizer, svm, bayes, is_short, &by_cost[cost]);
        }
      };
      TrainBoth(Without(fold, texts_), Without(fold, heads_), &part, train);
    });
    return by_cost;
  }

  // Scores the texts of the fold that belong to the classifier of short or of
  // long texts, and for short ones the heads.
  void ScoreFold(size_t fold, const Vectorizer& vectorizer,
                 const LinearClassifier& svm, const LinearClassifier& bayes,
                 bool is_short, HeldOutScores* scores) const {
    const auto score = [&](const Row& row) {
      const Vector vector = vectorizer.Vectorize(row.features);
      return ScoredRow{ScoresOf(svm, vector), ScoresOf(bayes, vector),
                       static_cast<size_t>(row.label)};
    };
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (FoldOf(i) != fold) continue;
      if (IsTakenAsShort(texts_[i]) == is_short) {
        scores->texts[i] = score(texts_[i]);
      }
      if (is_short && options_.use_heads) scores->heads[i] = score(heads_[i]);
    }
  }

  bool IsTakenAsShort(const Row& row) const {
    return row.is_short || !has_long_;
  }

  // The cost with the most correct predictions.
  Choice Choose(const std::vector<HeldOutScores>& by_cost,
                bool is_short) const {
    Choice best;
    size_t max_correct = 0;
    for (size_t cost = 0; cost < costs_.size(); ++cost) {
      std::vector<ScoredRow> rows;
      for (size_t i = 0; i < texts_.size(); ++i) {
        if (IsTakenAsShort(texts_[i]) == is_short) {
          rows.push_back(by_cost[cost].texts[i]);
        }
        if (is_short && options_.use_heads) {
          rows.push_back(by_cost[cost].heads[i]);
        }
      }
      OpinionPool pool = FitOpinionPool(
          rows, static_cast<size_t>(model_.labels_size()), is_short);
      const size_t correct = CountCorrect(rows, pool);
      if (cost > 0 && correct <= max_correct) continue;
      max_correct = correct;
      best = {cost, std::move(pool)};
    }
    return best;
  }

  static size_t CountCorrect(const std::vector<ScoredRow>& rows,
                             const OpinionPool& pool) {
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const ScoredRow& row) {
          const auto log_odds = pool.LogOdds(row);
          const auto best = std::max_element(log_odds.begin(), log_odds.end());
          return static_cast<size_t>(best - log_odds.begin()) == row.label;
        }));
  }

  // The predictions for whole texts at the chosen costs.
  std::vector<EvaluatedText> PredictHeldOut(
      const std::vector<HeldOutScores>& by_cost, const Choice& for_short,
      const Choice& for_long) const {
    std::vector<EvaluatedText> predictions;
    for (size_t i = 0; i < texts_.size(); ++i) {
      const Choice& choice = IsTakenAsShort(texts_[i]) ? for_short : for_long;
      const ScoredRow& row = by_cost[choice.cost].texts[i];
      predictions.push_back(
          {model_.labels(static_cast<int>(row.label)),
           PredictionsOf(model_, SoftMax(choice.pool.LogOdds(row)))});
    }
    return predictions;
  }

  void TrainOnAll(const Choice& for_short, const Choice& for_long) {
    const auto train = [&](const TrainingSet& set, bool is_short) {
      const Choice& choice = is_short ? for_short : for_long;
      LinearClassifier& classifier = is_short ? *model_.mutable_short_texts()
                                              : *model_.mutable_long_texts();
      classifier =
          Combine(choice.pool, TrainSvm(set, model_, costs_[choice.cost]),
                  TrainNaiveBayes(set, model_, options_.smoothing));
    };
    TrainBoth(Without(kNoFold, texts_), Without(kNoFold, heads_), &model_,
              train);
  }

  void WriteMetrics(const std::vector<EvaluatedText>& predictions) {
    const Metrics metrics = Evaluate(predictions);
    auto& out = *model_.mutable_cross_validation();
    out.set_row_count(static_cast<int64_t>(texts_.size()));
    out.set_accuracy(metrics.accuracy);
    out.set_macro_f1(metrics.macro_f1);
    out.set_calibration_error(metrics.calibration_error);
    if (texts_.size() < kMinRowsForThreshold) return;
    std::vector<Outcome> outcomes;
    for (const auto& [expected, predicted] : predictions) {
      outcomes.push_back(
          {predicted[0].probability, predicted[0].label == expected});
    }
    *model_.mutable_category_threshold() =
        FitThreshold(std::move(outcomes), kTargetPrecision);
  }

  const TrainingOptions options_;
  std::vector<double> costs_;
  TextModel model_;
  std::map<std::string, int> label_numbers_;
  std::vector<Row> texts_;
  std::vector<Row> heads_;
  bool has_long_ = false;  // Whether there is a classifier of long texts.
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Classifier>> Train(
    const std::vector<Example>& examples, const TrainingOptions& options,
    std::vector<std::vector<Prediction>>* held_out) {
  const bool several = std::any_of(
      examples.begin(), examples.end(),
      [&](const Example& e) { return e.label != examples.front().label; });
  if (!several) {
    return absl::InvalidArgumentError(
        "training needs examples of at least two labels");
  }
  return Classifier::Create(Trainer(examples, options).Run(held_out));
}

}  // namespace wangge::text
