#include "text/train/learners.h"

#include <linear.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "text/classifier.h"

namespace wangge::text {
namespace {

using routing::v1::TextJudge;
using routing::v1::TextModel;

// LIBLINEAR's model with its own way to be freed.
struct FreeModel {
  void operator()(::model* m) const { free_and_destroy_model(&m); }
};
using LinearModel = std::unique_ptr<::model, FreeModel>;

LinearModel RunLiblinear(const Lessons& lessons, int feature_count,
                         double cost) {
  size_t node_count = 0;
  for (const Vector& vector : lessons.vectors) node_count += vector.size() + 2;
  std::vector<feature_node> nodes;
  nodes.reserve(node_count);
  std::vector<feature_node*> pointers;
  for (const Vector& vector : lessons.vectors) {
    pointers.push_back(nodes.data() + nodes.size());
    for (const auto& [position, value] : vector) {
      nodes.push_back({static_cast<int>(position) + 1, value});
    }
    nodes.push_back({feature_count + 1, 1.0});  // The bias.
    nodes.push_back({-1, 0});
  }
  ::problem problem{};
  problem.l = static_cast<int>(lessons.vectors.size());
  problem.n = feature_count + 1;
  std::vector<double> y = lessons.targets;
  problem.y = y.data();
  problem.x = pointers.data();
  problem.bias = 1;
  ::parameter parameter{};
  // The primal solver takes no random numbers: the same rows, the same bytes.
  parameter.solver_type = L2R_L2LOSS_SVC;
  parameter.C = cost;
  parameter.eps = 0.01;
  static const bool quiet = [] {
    set_print_string_function([](const char*) {});
    return true;
  }();
  (void)quiet;
  return LinearModel(train(&problem, &parameter));
}

TextJudge JudgeOf(const std::vector<float>& weights,
                  const std::vector<float>& biases) {
  TextJudge judge;
  judge.mutable_weights()->Assign(weights.begin(), weights.end());
  judge.mutable_biases()->Assign(biases.begin(), biases.end());
  return judge;
}

size_t WeightCount(const TextModel& model) {
  return static_cast<size_t>(model.buckets_size()) *
         static_cast<size_t>(model.labels_size());
}

// LIBLINEAR keeps one vector, for the first class, when there are two classes,
// and orders classes by first occurrence.
TextJudge JudgeOf(const ::model& linear, const TextModel& model) {
  constexpr float kFarBelow = -4;
  const auto labels = static_cast<size_t>(model.labels_size());
  std::vector<float> weights(WeightCount(model));
  std::vector<float> biases(labels, kFarBelow);
  const bool binary = linear.nr_class == 2;
  for (int c = 0; c < linear.nr_class; ++c) {
    const auto label = static_cast<size_t>(linear.label[c]);
    for (int i = 0; i <= model.buckets_size(); ++i) {
      const double raw = binary ? (c == 0 ? linear.w[i] : -linear.w[i])
                                : linear.w[i * linear.nr_class + c];
      const auto value = static_cast<float>(raw);
      if (i == model.buckets_size()) {
        biases[label] = value;
      } else {
        weights[static_cast<size_t>(i) * labels + label] = value;
      }
    }
  }
  return JudgeOf(weights, biases);
}

// What is thought of the weights before any row, and how firmly: so that few
// rows, which any judge may get right, do not make it sure of everything.
constexpr double kMargins = 2;
constexpr double kFrequencies = 0;
constexpr double kFirmness = 2;

constexpr double kLeastProbability = 1e-300;  // Has a logarithm.

// The loss, its slope and, of the two weights, its curvature.
struct Slopes {
  double loss = 0;
  double margins = 0, frequencies = 0;
  double margins_twice = 0, frequencies_twice = 0, both = 0;
  std::vector<double> offsets;
};

void AddSlopes(const Pool& pool, const Heard& row, Slopes* slopes) {
  const auto p = SoftMax(pool.Odds(row));
  double m = 0, f = 0, mm = 0, ff = 0, mf = 0;  // Means under p.
  for (size_t j = 0; j < p.size(); ++j) {
    const double pm = p[j] * row.margins[j];
    const double pf = p[j] * row.frequencies[j];
    m += pm;
    f += pf;
    mm += pm * row.margins[j];
    ff += pf * row.frequencies[j];
    mf += pm * row.frequencies[j];
    slopes->offsets[j] += p[j];
  }
  slopes->offsets[row.label] -= 1;
  slopes->loss -= std::log(std::max(p[row.label], kLeastProbability));
  slopes->margins += m - row.margins[row.label];
  slopes->frequencies += f - row.frequencies[row.label];
  slopes->margins_twice += mm - m * m;
  slopes->frequencies_twice += ff - f * f;
  slopes->both += mf - m * f;
}

Slopes SlopesAt(const Pool& pool, const std::vector<Heard>& rows) {
  Slopes slopes;
  slopes.offsets.resize(pool.offsets.size());
  slopes.margins = kFirmness * (pool.margins - kMargins);
  slopes.frequencies = kFirmness * (pool.frequencies - kFrequencies);
  slopes.loss = (slopes.margins * slopes.margins +
                 slopes.frequencies * slopes.frequencies) /
                (2 * kFirmness);
  slopes.margins_twice = slopes.frequencies_twice = kFirmness;
  for (const Heard& row : rows) AddSlopes(pool, row, &slopes);
  return slopes;
}

// A share of Newton's step in the two weights, as far as neither becomes
// negative, and of a step in the offsets, whose curvature is at most half a row
// each (Böhning: Multinomial logistic regression algorithm, 1992).
Pool Stepped(const Pool& pool, const Slopes& s, double share, double rows) {
  const double a = s.margins_twice;
  const double b = s.frequencies_twice;
  const double scale = share / (a * b - s.both * s.both);
  const double margins = scale * (b * s.margins - s.both * s.frequencies);
  const double frequencies = scale * (a * s.frequencies - s.both * s.margins);
  Pool next{std::max(0.0, pool.margins - margins),
            std::max(0.0, pool.frequencies - frequencies), pool.offsets};
  for (size_t j = 0; j < next.offsets.size(); ++j) {
    next.offsets[j] -= share * s.offsets[j] / rows;
  }
  return next;
}

}  // namespace

TextJudge LearnMargins(const Lessons& lessons, const TextModel& model,
                       double cost) {
  return JudgeOf(*RunLiblinear(lessons, model.buckets_size(), cost), model);
}

TextJudge LearnFrequencies(const Lessons& lessons, const TextModel& model,
                           double smoothing) {
  const auto labels = static_cast<size_t>(model.labels_size());
  std::vector<double> sums(WeightCount(model), smoothing);
  std::vector<double> totals(labels, smoothing * model.buckets_size());
  for (size_t row = 0; row < lessons.vectors.size(); ++row) {
    const auto label = static_cast<size_t>(lessons.targets[row]);
    for (const auto& [position, value] : lessons.vectors[row]) {
      sums[position * labels + label] += value;
      totals[label] += value;
    }
  }
  std::vector<float> weights(sums.size());
  std::vector<double> logs(labels);
  for (size_t i = 0; i < sums.size(); i += labels) {
    double mean = 0;
    for (size_t j = 0; j < labels; ++j) {
      logs[j] = std::log(sums[i + j] / totals[j]);
      mean += logs[j] / static_cast<double>(labels);
    }
    for (size_t j = 0; j < labels; ++j) {
      weights[i + j] = static_cast<float>(logs[j] - mean);
    }
  }
  return JudgeOf(weights, std::vector<float>(labels));
}

std::vector<double> Pool::Odds(const Heard& heard) const {
  std::vector<double> odds = offsets;
  for (size_t j = 0; j < odds.size(); ++j) {
    odds[j] += margins * heard.margins[j] + frequencies * heard.frequencies[j];
  }
  return odds;
}

Pool FitPool(const std::vector<Heard>& rows, size_t labels,
             bool hear_frequencies) {
  constexpr int kSteps = 60;
  Pool pool{kMargins, kFrequencies, std::vector<double>(labels)};
  Slopes slopes = SlopesAt(pool, rows);
  double share = 1;
  for (int step = 0; step < kSteps; ++step) {
    if (!hear_frequencies) slopes.frequencies = slopes.both = 0;
    Pool next = Stepped(pool, slopes, share, static_cast<double>(rows.size()));
    Slopes there = SlopesAt(next, rows);
    if (there.loss > slopes.loss) {  // Too far.
      share /= 2;
      continue;
    }
    share = std::min(1.0, 2 * share);
    pool = std::move(next);
    slopes = std::move(there);
  }
  return pool;
}

TextJudge Mix(const Pool& pool, const TextJudge& margins,
              const TextJudge& frequencies) {
  const auto mixed = [&](float a, float b) {
    return static_cast<float>(pool.margins * a + pool.frequencies * b);
  };
  TextJudge judge = margins;
  for (int i = 0; i < judge.weights_size(); ++i) {
    judge.set_weights(i, mixed(margins.weights(i), frequencies.weights(i)));
  }
  for (int j = 0; j < judge.biases_size(); ++j) {
    judge.set_biases(
        j, mixed(margins.biases(j), frequencies.biases(j)) +
               static_cast<float>(pool.offsets[static_cast<size_t>(j)]));
  }
  return judge;
}

}  // namespace wangge::text
