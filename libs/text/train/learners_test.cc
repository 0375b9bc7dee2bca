#include "text/train/learners.h"

#include <cmath>

#include "gtest/gtest.h"
#include "text/classifier.h"

namespace wangge::text {
namespace {

// Two labels over three features.
routing::v1::TextModel Model() {
  routing::v1::TextModel model;
  for (const char* label : {"heating", "road"}) model.add_labels(label);
  for (uint32_t bucket = 0; bucket < 3; ++bucket) model.add_buckets(bucket);
  return model;
}

// The first label has the first feature, the second one the second.
TrainingSet TwoOfEach() {
  return {{{{0, 1.F}}, {{0, 1.F}}, {{1, 1.F}}, {{1, 1.F}, {2, 1.F}}},
          {0, 0, 1, 1}};
}

TEST(LearnersTest, NaiveBayesScoresAreLogarithmsOfOdds) {
  const auto classifier = TrainNaiveBayes(TwoOfEach(), Model(), 0.5);
  // Of the first label's 2 + 3 * 0.5 it is 2.5, of the second's 3 + 1.5 0.5.
  const auto scores = ScoresOf(classifier, {{0, 1.F}});
  EXPECT_NEAR(scores[0] - scores[1], std::log((2.5 / 3.5) / (0.5 / 4.5)), 1e-6);
}

TEST(LearnersTest, SvmMarginsOfALabelWithoutRowsAreFarBelow) {
  auto model = Model();
  model.add_labels("water");
  const auto classifier = TrainSvm(TwoOfEach(), model, 1);
  const auto scores = ScoresOf(classifier, {{0, 1.F}});
  EXPECT_GT(scores[0], scores[1]);
  EXPECT_LT(scores[2], scores[1] - 1);
}

}  // namespace
}  // namespace wangge::text
