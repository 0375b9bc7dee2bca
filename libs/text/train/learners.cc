#include "text/train/learners.h"

#include <linear.h>

#include <cmath>
#include <memory>

namespace wangge::text {
namespace {

using routing::v1::LinearClassifier;
using routing::v1::TextModel;

// Frees a model of LIBLINEAR's, which the library allocates.
struct FreeModel {
  void operator()(::model* m) const { free_and_destroy_model(&m); }
};
using LiblinearModel = std::unique_ptr<::model, FreeModel>;

LiblinearModel RunLiblinear(const TrainingSet& set, int feature_count,
                            double cost) {
  size_t node_count = 0;
  for (const Vector& vector : set.vectors) node_count += vector.size() + 2;
  std::vector<feature_node> nodes;
  nodes.reserve(node_count);
  std::vector<feature_node*> pointers;
  for (const Vector& vector : set.vectors) {
    pointers.push_back(nodes.data() + nodes.size());
    for (const auto& [position, value] : vector) {
      nodes.push_back({static_cast<int>(position) + 1, value});
    }
    nodes.push_back({feature_count + 1, 1.0});  // The bias.
    nodes.push_back({-1, 0});
  }
  ::problem problem{};
  problem.l = static_cast<int>(set.vectors.size());
  problem.n = feature_count + 1;
  std::vector<double> y = set.labels;
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
  return LiblinearModel(train(&problem, &parameter));
}

LinearClassifier MakeClassifier(const std::vector<float>& weights,
                                const std::vector<float>& biases) {
  LinearClassifier classifier;
  classifier.mutable_weights()->Assign(weights.begin(), weights.end());
  classifier.mutable_biases()->Assign(biases.begin(), biases.end());
  return classifier;
}

size_t WeightCount(const TextModel& model) {
  return static_cast<size_t>(model.buckets_size()) *
         static_cast<size_t>(model.labels_size());
}

// LIBLINEAR keeps one vector, for the first class, when there are two classes,
// and orders classes by first occurrence.
LinearClassifier MakeClassifier(const ::model& linear, const TextModel& model) {
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
  return MakeClassifier(weights, biases);
}

}  // namespace

LinearClassifier TrainSvm(const TrainingSet& set, const TextModel& model,
                          double cost) {
  return MakeClassifier(*RunLiblinear(set, model.buckets_size(), cost), model);
}

LinearClassifier TrainNaiveBayes(const TrainingSet& set, const TextModel& model,
                                 double smoothing) {
  const auto labels = static_cast<size_t>(model.labels_size());
  std::vector<double> sums(WeightCount(model), smoothing);
  std::vector<double> totals(labels, smoothing * model.buckets_size());
  for (size_t row = 0; row < set.vectors.size(); ++row) {
    const auto label = static_cast<size_t>(set.labels[row]);
    for (const auto& [position, value] : set.vectors[row]) {
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
  return MakeClassifier(weights, std::vector<float>(labels));
}

}  // namespace wangge::text
