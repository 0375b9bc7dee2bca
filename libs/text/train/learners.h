// The two linear learners, whose scores an opinion pool combines
// (opinion_pool.h).
#pragma once

#include <vector>

#include "text/vectorizer.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// Rows as vectors of a model's features, and the position of each row's label
// among the model's labels.
struct TrainingSet {
  std::vector<Vector> vectors;
  std::vector<double> labels;  // Whole numbers; as LIBLINEAR takes them.
};

// Both learn a classifier over the features and labels of `model`, of which
// nothing else is used. Deterministic.

// LIBLINEAR's L2-loss support vector machine, one label against the rest; its
// scores are margins. `cost`, above 0, is LIBLINEAR's C. A label without rows
// gets a score far below all others.
routing::v1::LinearClassifier TrainSvm(const TrainingSet& set,
                                       const routing::v1::TextModel& model,
                                       double cost);

// Multinomial naive Bayes with a uniform prior; its scores are logarithms of
// odds. It knows the words of a label from few rows, where a support vector
// machine needs many. `smoothing`, above 0, is added to the count of every
// feature in every label.
routing::v1::LinearClassifier TrainNaiveBayes(
    const TrainingSet& set, const routing::v1::TextModel& model,
    double smoothing);

}  // namespace wangge::text
