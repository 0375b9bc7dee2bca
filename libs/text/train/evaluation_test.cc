#include "text/train/evaluation.h"

#include "gtest/gtest.h"

namespace wangge::text {
namespace {

TEST(EvaluateTest, CountsByHand) {
  // Two rows of `a`, one of them taken for `b`; two of `b`, both correct.
  const Metrics metrics = Evaluate({{"a", {{"a", 0.9}, {"b", 0.1}}},
                                    {"a", {{"b", 0.6}, {"a", 0.4}}},
                                    {"b", {{"b", 0.8}, {"a", 0.2}}},
                                    {"b", {{"b", 0.7}, {"a", 0.3}}}});
  EXPECT_EQ(metrics.row_count, 4);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(metrics.labels.at("a").f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.labels.at("b").precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(metrics.labels.at("b").recall, 1);
  EXPECT_DOUBLE_EQ(metrics.macro_f1, (2.0 / 3 + 0.8) / 2);
  EXPECT_EQ(metrics.confusion.at("a").at("b"), 1);
  // One prediction a bin: 0.1 + 0.6 + 0.2 + 0.3 over four.
  EXPECT_NEAR(metrics.calibration_error, 0.3, 1e-9);
  // Of four rows, three are among the most probable 80 %.
  EXPECT_DOUBLE_EQ(metrics.precision_at_80, 1);
  EXPECT_DOUBLE_EQ(metrics.threshold_at_80, 0.7);
}

TEST(EvaluateTest, NoPredictionIsAWrongOne) {
  const Metrics metrics = Evaluate({{"a", {}}});
  EXPECT_EQ(metrics.accuracy, 0);
  EXPECT_EQ(metrics.labels.at("a").f1, 0);
  EXPECT_EQ(Evaluate({}).row_count, 0);
}

TEST(FitThresholdTest, TakesTheLowestThatReachesTheTarget) {
  // Precision from the top: 1, 1, 2/3, 3/4, 3/5.
  const auto threshold = FitThreshold(
      {{0.6, false}, {0.9, true}, {0.7, true}, {0.95, true}, {0.8, false}},
      0.75);
  EXPECT_DOUBLE_EQ(threshold.value(), 0.7);
  EXPECT_DOUBLE_EQ(threshold.precision(), 0.75);
  EXPECT_DOUBLE_EQ(threshold.coverage(), 0.8);
  EXPECT_DOUBLE_EQ(threshold.target_precision(), 0.75);
}

TEST(FitThresholdTest, DoesNotPartEqualProbabilities) {
  // The correct one alone would reach the target.
  EXPECT_GT(FitThreshold({{0.9, true}, {0.9, false}}, 0.97).value(), 1);
}

TEST(FitThresholdTest, IsAboveOneWhenTheTargetIsOutOfReach) {
  const auto threshold = FitThreshold({{0.99, false}}, 0.5);
  EXPECT_GT(threshold.value(), 1);
  EXPECT_EQ(threshold.coverage(), 0);
}

}  // namespace
}  // namespace wangge::text
