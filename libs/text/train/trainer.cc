// How a classifier is made: which features are worth learning from, which cost
// fits, and how much each learner (judge.h) is heard, by rows that they did not
// see.
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
#include "text/classifier.h"
#include "text/train/evaluation.h"
#include "text/train/learners.h"
#include "text/vectorizer.h"

namespace wangge::text {
namespace {

using routing::v1::TextJudge;
using routing::v1::TextModel;

// C of LIBLINEAR: what fits the labels closely, and what does not trust them.
// Cross-validation chooses.
constexpr double kCosts[] = {3, 1, 0.25, 0.08};
constexpr size_t kFolds = 4;
constexpr size_t kNoFold = kFolds;
// Rows side by side are often of one matter, so they stay in one fold, as far
// as there are rows enough.
constexpr size_t kNeighbours = 8;

// Fewer rows say nothing of a threshold.
constexpr size_t kFewestMeasured = 200;

// A text in the shape in which it is learned from.
struct Row {
  std::vector<Feature> features;
  int label = 0;
  bool is_short = false;
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

constexpr size_t kNowhere = std::numeric_limits<size_t>::max();

// The features worth learning from, with their inverse document frequency,
// weighed by their purity.
void ChooseFeatures(const std::vector<const Row*>& rows, int fewest_rows,
                    TextModel* model) {
  std::vector<int> count_of(size_t{1} << model->bucket_bits());
  for (const Row* row : rows) {
    for (const Feature& f : row->features) ++count_of[f.bucket];
  }
  model->clear_buckets();
  model->clear_idf();
  std::vector<size_t> position_of(count_of.size(), kNowhere);
  for (size_t bucket = 0; bucket < count_of.size(); ++bucket) {
    if (count_of[bucket] < fewest_rows) continue;
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
      if (position != kNowhere) ++shares[position * labels + label];
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

// What judges that never saw a row said of it, and of its head.
struct Tried {
  std::vector<Heard> texts;
  std::vector<Heard> heads;
};

// How a judge is made.
struct Choice {
  size_t cost = 0;  // Its position among the costs.
  Pool pool;
};

// Two judges: the one of short texts learns from whole texts and, if wanted,
// from their heads, so that titles alone are understood as well; the one of
// long texts from whole texts alone.
class Trainer {
 public:
  Trainer(const std::vector<Example>& examples, const Learning& learning)
      : learning_(learning), costs_(std::begin(kCosts), std::end(kCosts)) {
    if (learning.cost > 0) costs_ = {learning.cost};
    model_.set_bucket_bits(learning.bucket_bits);
    model_.set_longest_gram(learning.longest_gram);
    NameLabels(examples);
    const auto row_of = [&](const NormalText& text, int label) {
      const auto longest = static_cast<size_t>(learning.longest_gram);
      return Row{
          ExtractFeatures(text, learning.bucket_bits, longest, learning.heads),
          label, IsShort(text)};
    };
    for (const Example& example : examples) {
      const int label = numbers_[example.label];
      texts_.push_back(row_of(example.text, label));
      if (learning.heads) {
        heads_.push_back(row_of(HeadOf(example.text), label));
      }
      // Without heads one judge would be the other.
      has_long_ = has_long_ || (learning.heads && !texts_.back().is_short);
    }
  }

  // `held_out` as Classifier::Train has it.
  TextModel Run(std::vector<std::vector<Prediction>>* held_out) {
    const std::vector<Tried> tried = CrossValidate();
    const Choice of_short = Choose(tried, true);
    const Choice of_long = has_long_ ? Choose(tried, false) : of_short;
    auto judged = JudgedBy(tried, of_short, of_long);
    WriteFigures(judged);
    if (held_out != nullptr) {
      held_out->clear();
      for (Judged& row : judged) held_out->push_back(std::move(row.said));
    }
    LearnFromAll(of_short, of_long);
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
                  const Vectorizer& vectorizer, Lessons* lessons) {
    for (const Row* row : rows) {
      lessons->vectors.push_back(vectorizer.Make(row->features));
      lessons->targets.push_back(row->label);
    }
  }

  // Chooses the features that these texts are worth, and calls
  // `teach(lessons, is_short)` for each judge.
  template <typename Teach>
  void TeachBoth(const std::vector<const Row*>& texts,
                 const std::vector<const Row*>& heads, TextModel* model,
                 const Teach& teach) const {
    ChooseFeatures(texts, FewestRows(), model);
    const Vectorizer vectorizer(model);
    Lessons lessons;
    Add(texts, vectorizer, &lessons);
    if (has_long_) teach(lessons, false);
    Add(heads, vectorizer, &lessons);
    teach(lessons, true);
  }

  // At each cost every row is judged by judges that were made without it; from
  // that come the choice of the cost, the calibration and the figures.
  std::vector<Tried> CrossValidate() const {
    const std::vector<Heard> none(texts_.size());
    std::vector<Tried> tried(costs_.size(), {none, none});
    ForEachRange(kFolds, 1, [&](size_t fold, size_t /*end*/) {
      TextModel part = model_;
      const auto teach = [&](const Lessons& lessons, bool is_short) {
        const Vectorizer vectorizer(&part);
        const TextJudge frequencies =
            LearnFrequencies(lessons, part, learning_.smoothing);
        for (size_t cost = 0; cost < costs_.size(); ++cost) {
          const TextJudge margins = LearnMargins(lessons, part, costs_[cost]);
          Hear(fold, vectorizer, margins, frequencies, is_short, &tried[cost]);
        }
      };
      TeachBoth(Without(fold, texts_), Without(fold, heads_), &part, teach);
    });
    return tried;
  }

  // What both say of the fold's texts of their kind; of heads too, if they are.
  void Hear(size_t fold, const Vectorizer& vectorizer, const TextJudge& margins,
            const TextJudge& frequencies, bool is_short, Tried* tried) const {
    const auto hear = [&](const Row& row) {
      const Vector vector = vectorizer.Make(row.features);
      return Heard{ScoresOf(margins, vector), ScoresOf(frequencies, vector),
                   static_cast<size_t>(row.label)};
    };
    for (size_t i = 0; i < texts_.size(); ++i) {
      if (FoldOf(i) != fold) continue;
      if (IsJudgedAsShort(texts_[i]) == is_short) {
        tried->texts[i] = hear(texts_[i]);
      }
      if (is_short && learning_.heads) tried->heads[i] = hear(heads_[i]);
    }
  }

  bool IsJudgedAsShort(const Row& row) const {
    return row.is_short || !has_long_;
  }

  // The cost at which most of a judge's rows got their label.
  Choice Choose(const std::vector<Tried>& tried, bool is_short) const {
    Choice best;
    size_t most = 0;
    for (size_t cost = 0; cost < costs_.size(); ++cost) {
      std::vector<Heard> rows;
      for (size_t i = 0; i < texts_.size(); ++i) {
        if (IsJudgedAsShort(texts_[i]) == is_short) {
          rows.push_back(tried[cost].texts[i]);
        }
        if (is_short && learning_.heads) {
          rows.push_back(tried[cost].heads[i]);
        }
      }
      Pool pool =
          FitPool(rows, static_cast<size_t>(model_.labels_size()), is_short);
      const size_t right = RightOnes(rows, pool);
      if (cost > 0 && right <= most) continue;
      most = right;
      best = {cost, std::move(pool)};
    }
    return best;
  }

  static size_t RightOnes(const std::vector<Heard>& rows, const Pool& pool) {
    return static_cast<size_t>(
        std::count_if(rows.begin(), rows.end(), [&](const Heard& row) {
          const auto odds = pool.Odds(row);
          const auto first = std::max_element(odds.begin(), odds.end());
          return static_cast<size_t>(first - odds.begin()) == row.label;
        }));
  }

  // What was said of the whole texts at the chosen costs.
  std::vector<Judged> JudgedBy(const std::vector<Tried>& tried,
                               const Choice& of_short,
                               const Choice& of_long) const {
    std::vector<Judged> judged;
    for (size_t i = 0; i < texts_.size(); ++i) {
      const Choice& of = IsJudgedAsShort(texts_[i]) ? of_short : of_long;
      const Heard& row = tried[of.cost].texts[i];
      judged.push_back({model_.labels(static_cast<int>(row.label)),
                        PredictionsOf(model_, SoftMax(of.pool.Odds(row)))});
    }
    return judged;
  }

  void LearnFromAll(const Choice& of_short, const Choice& of_long) {
    const auto teach = [&](const Lessons& lessons, bool is_short) {
      const Choice& of = is_short ? of_short : of_long;
      TextJudge& judge = is_short ? *model_.mutable_short_texts()
                                  : *model_.mutable_long_texts();
      judge = Mix(of.pool, LearnMargins(lessons, model_, costs_[of.cost]),
                  LearnFrequencies(lessons, model_, learning_.smoothing));
    };
    TeachBoth(Without(kNoFold, texts_), Without(kNoFold, heads_), &model_,
              teach);
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
  std::vector<double> costs_;
  TextModel model_;
  std::map<std::string, int> numbers_;
  std::vector<Row> texts_;
  std::vector<Row> heads_;
  bool has_long_ = false;  // Whether any text is judged as a long one.
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
