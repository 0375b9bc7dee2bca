#include "text/train/opinion_pool.h"

#include <cmath>

#include "gmock/gmock.h"
#include "text/classifier.h"

namespace wangge::text {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Rows whose label one of the learners knows, with errors, while the other one
// knows nothing.
std::vector<ScoredRow> RowsKnownBy(bool bayes) {
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < 400; ++i) {
    const size_t label = i % 2;
    // One in five is wrong, or any weight would be right.
    const double knows = (label == 0 ? 1 : -1) * (i % 10 < 2 ? -1 : 1);
    const double noise = i % 4 < 2 ? 1 : -1;
    const double svm_score = bayes ? noise : knows;
    const double bayes_score = bayes ? knows : noise;
    rows.push_back(
        {{svm_score, -svm_score}, {bayes_score, -bayes_score}, label});
  }
  return rows;
}

TEST(OpinionPoolTest, TheLearnerThatKnowsGetsTheWeight) {
  const OpinionPool svm = FitOpinionPool(RowsKnownBy(false), 2, true);
  EXPECT_NEAR(svm.svm_weight, std::log(0.8 / 0.2) / 2, 0.02);
  EXPECT_NEAR(svm.bayes_weight, 0, 0.02);
  const OpinionPool bayes = FitOpinionPool(RowsKnownBy(true), 2, true);
  EXPECT_NEAR(bayes.bayes_weight, std::log(0.8 / 0.2) / 2, 0.02);
  EXPECT_NEAR(bayes.svm_weight, 0, 0.02);
}

TEST(OpinionPoolTest, NaiveBayesMayBeLeftOut) {
  const OpinionPool pool = FitOpinionPool(RowsKnownBy(true), 2, false);
  EXPECT_EQ(pool.bayes_weight, 0);
}

TEST(OpinionPoolTest, OffsetsFollowTheSharesOfLabels) {
  // Scores that tell nothing: three of four rows have the first label.
  std::vector<ScoredRow> rows;
  for (size_t i = 0; i < 400; ++i) rows.push_back({{0, 0}, {0, 0}, i % 4 / 3});
  const OpinionPool pool = FitOpinionPool(rows, 2, true);
  const auto p = SoftMax(pool.LogOdds(rows[0]));
  EXPECT_THAT(p, ElementsAre(DoubleNear(0.75, 0.01), DoubleNear(0.25, 0.01)));
}

TEST(OpinionPoolTest, AFewCorrectRowsDoNotMakeItCertain) {
  const OpinionPool pool =
      FitOpinionPool({{{1, -1}, {9, -9}, 0}, {{-1, 1}, {-9, 9}, 1}}, 2, true);
  const auto p = SoftMax(pool.LogOdds({{0.1, -0.1}, {0, 0}, 0}));
  EXPECT_LT(p[0], 0.8);
}

TEST(OpinionPoolTest, TheCombinedClassifierScoresAsThePoolDoes) {
  // Two labels, two features.
  routing::v1::LinearClassifier svm;
  for (const float w : {0.5F, -0.5F, 2.F, 1.F}) svm.add_weights(w);
  for (const float b : {0.25F, -0.25F}) svm.add_biases(b);
  routing::v1::LinearClassifier bayes;
  for (const float w : {-1.F, 1.F, 3.F, 0.F}) bayes.add_weights(w);
  for (const float b : {0.F, 0.F}) bayes.add_biases(b);
  const OpinionPool pool{1.5, 0.25, {0.5, -0.5}};
  const Vector vector = {{0, 0.5F}, {1, 0.7F}};
  const auto log_odds =
      pool.LogOdds({ScoresOf(svm, vector), ScoresOf(bayes, vector), 0});
  EXPECT_THAT(ScoresOf(Combine(pool, svm, bayes), vector),
              ElementsAre(DoubleNear(log_odds[0], 1e-5),
                          DoubleNear(log_odds[1], 1e-5)));
}

}  // namespace
}  // namespace wangge::text
