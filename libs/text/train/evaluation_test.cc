#include "text/train/evaluation.h"

#include "gtest/gtest.h"

namespace wangge::text {
namespace {

TEST(FiguresTest, CountsByHand) {
  // Two of `a`, one of them taken for `b`; two of `b`, both right.
  const Figures figures = FiguresOf({{"a", {{"a", 0.9}, {"b", 0.1}}},
                                     {"a", {{"b", 0.6}, {"a", 0.4}}},
                                     {"b", {{"b", 0.8}, {"a", 0.2}}},
                                     {"b", {{"b", 0.7}, {"a", 0.3}}}});
  EXPECT_EQ(figures.row_count, 4);
  EXPECT_DOUBLE_EQ(figures.accuracy, 0.75);
  EXPECT_DOUBLE_EQ(figures.labels.at("a").f1, 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures.labels.at("b").precision, 2.0 / 3);
  EXPECT_DOUBLE_EQ(figures.labels.at("b").recall, 1);
  EXPECT_DOUBLE_EQ(figures.macro_f1, (2.0 / 3 + 0.8) / 2);
  EXPECT_EQ(figures.confusion.at("a").at("b"), 1);
  // One answer a bin: 0.1 + 0.6 + 0.2 + 0.3 over four.
  EXPECT_NEAR(figures.calibration_error, 0.3, 1e-9);
  // Three of the surest.
  EXPECT_DOUBLE_EQ(figures.precision_at_80, 1);
  EXPECT_DOUBLE_EQ(figures.threshold_at_80, 0.7);
}

TEST(FiguresTest, NothingSaidIsWrong) {
  const Figures figures = FiguresOf({{"a", {}}});
  EXPECT_EQ(figures.accuracy, 0);
  EXPECT_EQ(figures.labels.at("a").f1, 0);
  EXPECT_EQ(FiguresOf({}).row_count, 0);
}

}  // namespace
}  // namespace wangge::text
