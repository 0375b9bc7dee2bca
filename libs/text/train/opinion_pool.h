// Combines the scores of two classifiers into probabilities: a logarithmic
// opinion pool (Genest, Zidek: Combining probability distributions, 1986).
// docs/concepts/text-model.md explains it.
#pragma once

#include <cstddef>
#include <vector>

#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// The scores of a row by classifiers that were trained without it, one for each
// label, and the position of its label.
struct ScoredRow {
  std::vector<double> svm;
  std::vector<double> bayes;
  size_t label = 0;
};

// Probabilities are the softmax of LogOdds.
struct OpinionPool {
  double svm_weight = 0;
  double bayes_weight = 0;
  std::vector<double> offsets;  // One for each label.

  // svm_weight * svm + bayes_weight * bayes + offset, for each label.
  std::vector<double> LogOdds(const ScoredRow& row) const;
};

// The pool that maximises the likelihood of the rows' labels, under a prior
// that keeps a few rows from making it certain. The problem is convex. Without
// `use_bayes` the weight of naive Bayes stays 0. Weights are never negative.
OpinionPool FitOpinionPool(const std::vector<ScoredRow>& rows,
                           size_t label_count, bool use_bayes);

// The one linear classifier whose scores are the pool's log odds.
routing::v1::LinearClassifier Combine(
    const OpinionPool& pool, const routing::v1::LinearClassifier& svm,
    const routing::v1::LinearClassifier& bayes);

}  // namespace wangge::text
