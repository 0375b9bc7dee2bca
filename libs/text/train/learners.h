// What training makes judges of: two linear learners over the same vectors, and
// how much each is heard.
#pragma once

#include <cstddef>
#include <vector>

#include "text/vectorizer.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// What is learned from: rows as a model's vectors, with their labels, which are
// numbers from 0.
struct Lessons {
  std::vector<Vector> vectors;
  std::vector<double> targets;
};

// Judges over the features and labels of `model`, of which no more is used.
//
// LIBLINEAR's L2-loss support vector machine, one label against the rest; its
// scores are margins. A label that no row has gets a score far below all
// others. Deterministic.
routing::v1::TextJudge LearnMargins(const Lessons& lessons,
                                    const routing::v1::TextModel& model,
                                    double cost);

// Multinomial naive Bayes; its scores are logarithms of the odds of a label
// whose rows are as many as any other's. It needs few rows of a label to know
// its words, where a support vector machine needs many to be sure. `smoothing`,
// above 0, is what every label has of every feature, beside what its rows have.
routing::v1::TextJudge LearnFrequencies(const Lessons& lessons,
                                        const routing::v1::TextModel& model,
                                        double smoothing);

// What both said of a row that neither saw, with its right label.
struct Heard {
  std::vector<double> margins;
  std::vector<double> frequencies;
  size_t label = 0;
};

// How probabilities come of what both say: the soft maximum of the sum of their
// scores, each times its weight, and an offset for each label.
struct Pool {
  double margins = 0;
  double frequencies = 0;
  std::vector<double> offsets;

  // The logarithm of the odds of every label.
  std::vector<double> Odds(const Heard& heard) const;
};

// The pool under which the right labels are most probable: a logarithmic
// opinion pool (Genest, Zidek: Combining probability distributions, 1986),
// whose loss is convex in weights and offsets. Frequencies may be left unheard.
Pool FitPool(const std::vector<Heard>& rows, size_t labels,
             bool hear_frequencies);

// One judge that says what the pool of both says.
routing::v1::TextJudge Mix(const Pool& pool,
                           const routing::v1::TextJudge& margins,
                           const routing::v1::TextJudge& frequencies);

}  // namespace wangge::text
