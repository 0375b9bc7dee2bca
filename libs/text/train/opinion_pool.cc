#include "text/train/opinion_pool.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "text/classifier.h"

namespace wangge::text {
namespace {

using routing::v1::LinearClassifier;

// A Gaussian prior on the two weights: few rows, which any classifier may get
// right, must not make the pool certain of everything.
constexpr double kPriorSvmWeight = 2;
constexpr double kPriorBayesWeight = 0;
constexpr double kPriorPrecision = 2;

constexpr double kMinProbability = 1e-300;  // Its logarithm is finite.

// The negative log likelihood, its gradient and, of the two weights, its second
// derivatives.
struct Derivatives {
  double loss = 0;
  double svm = 0, bayes = 0;
  double svm_svm = 0, bayes_bayes = 0, svm_bayes = 0;
  std::vector<double> offsets;
};

void AddRow(const OpinionPool& pool, const ScoredRow& row, Derivatives* d) {
  const auto p = SoftMax(pool.LogOdds(row));
  double m = 0, f = 0, mm = 0, ff = 0, mf = 0;  // Means under p.
  for (size_t j = 0; j < p.size(); ++j) {
    const double pm = p[j] * row.svm[j];
    const double pf = p[j] * row.bayes[j];
    m += pm;
    f += pf;
    mm += pm * row.svm[j];
    ff += pf * row.bayes[j];
    mf += pm * row.bayes[j];
    d->offsets[j] += p[j];
  }
  d->offsets[row.label] -= 1;
  d->loss -= std::log(std::max(p[row.label], kMinProbability));
  d->svm += m - row.svm[row.label];
  d->bayes += f - row.bayes[row.label];
  d->svm_svm += mm - m * m;
  d->bayes_bayes += ff - f * f;
  d->svm_bayes += mf - m * f;
}

Derivatives DerivativesAt(const OpinionPool& pool,
                          const std::vector<ScoredRow>& rows) {
  Derivatives d;
  d.offsets.resize(pool.offsets.size());
  d.svm = kPriorPrecision * (pool.svm_weight - kPriorSvmWeight);
  d.bayes = kPriorPrecision * (pool.bayes_weight - kPriorBayesWeight);
  d.loss = (d.svm * d.svm + d.bayes * d.bayes) / (2 * kPriorPrecision);
  d.svm_svm = d.bayes_bayes = kPriorPrecision;
  for (const ScoredRow& row : rows) AddRow(pool, row, &d);
  return d;
}

// A Newton step in the two weights, of which neither becomes negative, and a
// gradient step in the offsets, whose curvature is at most half a row each
// (Böhning: Multinomial logistic regression algorithm, 1992); both scaled by
// `rate`.
OpinionPool Step(const OpinionPool& pool, const Derivatives& d, double rate,
                 double row_count) {
  const double a = d.svm_svm;
  const double b = d.bayes_bayes;
  const double scale = rate / (a * b - d.svm_bayes * d.svm_bayes);
  const double svm = scale * (b * d.svm - d.svm_bayes * d.bayes);
  const double bayes = scale * (a * d.bayes - d.svm_bayes * d.svm);
  OpinionPool next{std::max(0.0, pool.svm_weight - svm),
                   std::max(0.0, pool.bayes_weight - bayes), pool.offsets};
  for (size_t j = 0; j < next.offsets.size(); ++j) {
    next.offsets[j] -= rate * d.offsets[j] / row_count;
  }
  return next;
}

}  // namespace

std::vector<double> OpinionPool::LogOdds(const ScoredRow& row) const {
  std::vector<double> log_odds = offsets;
  for (size_t j = 0; j < log_odds.size(); ++j) {
    log_odds[j] += svm_weight * row.svm[j] + bayes_weight * row.bayes[j];
  }
  return log_odds;
}

OpinionPool FitOpinionPool(const std::vector<ScoredRow>& rows,
                           size_t label_count, bool use_bayes) {
  constexpr int kMaxSteps = 60;
  OpinionPool pool{kPriorSvmWeight, kPriorBayesWeight,
                   std::vector<double>(label_count)};
  Derivatives at_pool = DerivativesAt(pool, rows);
  double rate = 1;
  for (int step = 0; step < kMaxSteps; ++step) {
    if (!use_bayes) at_pool.bayes = at_pool.svm_bayes = 0;
    OpinionPool next =
        Step(pool, at_pool, rate, static_cast<double>(rows.size()));
    Derivatives at_next = DerivativesAt(next, rows);
    if (at_next.loss > at_pool.loss) {  // Too far.
      rate /= 2;
      continue;
    }
    rate = std::min(1.0, 2 * rate);
    pool = std::move(next);
    at_pool = std::move(at_next);
  }
  return pool;
}

LinearClassifier Combine(const OpinionPool& pool, const LinearClassifier& svm,
                         const LinearClassifier& bayes) {
  const auto weighted = [&](float a, float b) {
    return static_cast<float>(pool.svm_weight * a + pool.bayes_weight * b);
  };
  LinearClassifier combined = svm;
  for (int i = 0; i < combined.weights_size(); ++i) {
    combined.set_weights(i, weighted(svm.weights(i), bayes.weights(i)));
  }
  for (int j = 0; j < combined.biases_size(); ++j) {
    combined.set_biases(
        j, weighted(svm.biases(j), bayes.biases(j)) +
               static_cast<float>(pool.offsets[static_cast<size_t>(j)]));
  }
  return combined;
}

}  // namespace wangge::text
