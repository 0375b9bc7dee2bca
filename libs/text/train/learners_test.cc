#include "text/train/learners.h"

#include <cmath>

#include "gmock/gmock.h"
#include "text/classifier.h"

namespace wangge::text {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;

// Two labels over three features.
routing::v1::TextModel Model() {
  routing::v1::TextModel model;
  for (const char* label : {"heating", "road"}) model.add_labels(label);
  for (uint32_t bucket = 0; bucket < 3; ++bucket) model.add_buckets(bucket);
  return model;
}

// The first label has the first feature, the second one the second.
Lessons TwoOfEach() {
  return {{{{0, 1.F}}, {{0, 1.F}}, {{1, 1.F}}, {{1, 1.F}, {2, 1.F}}},
          {0, 0, 1, 1}};
}

TEST(JudgeTest, FrequenciesAreLogarithmsOfOdds) {
  const auto judge = LearnFrequencies(TwoOfEach(), Model(), 0.5);
  // Of the first label's 2 + 3 * 0.5 it is 2.5, of the second's 3 + 1.5 0.5.
  const auto scores = ScoresOf(judge, {{0, 1.F}});
  EXPECT_NEAR(scores[0] - scores[1], std::log((2.5 / 3.5) / (0.5 / 4.5)), 1e-6);
}

TEST(JudgeTest, MarginsOfALabelWithoutRowsAreFarBelow) {
  auto model = Model();
  model.add_labels("water");
  const auto judge = LearnMargins(TwoOfEach(), model, 1);
  const auto scores = ScoresOf(judge, {{0, 1.F}});
  EXPECT_GT(scores[0], scores[1]);
  EXPECT_LT(scores[2], scores[1] - 1);
}

// Rows on which the one voice is right and the other one says nothing useful.
std::vector<Heard> RowsKnownBy(bool frequencies) {
  std::vector<Heard> rows;
  for (size_t i = 0; i < 400; ++i) {
    const size_t label = i % 2;
    // Wrong now and then, or any certainty would be right.
    const double knows = (label == 0 ? 1 : -1) * (i % 10 < 2 ? -1 : 1);
    const double noise = i % 4 < 2 ? 1 : -1;
    const double margin = frequencies ? noise : knows;
    const double frequency = frequencies ? knows : noise;
    rows.push_back({{margin, -margin}, {frequency, -frequency}, label});
  }
  return rows;
}

TEST(JudgeTest, WhoKnowsIsHeard) {
  const Pool margins = FitPool(RowsKnownBy(false), 2, true);
  EXPECT_NEAR(margins.margins, std::log(0.8 / 0.2) / 2, 0.02);
  EXPECT_NEAR(margins.frequencies, 0, 0.02);
  const Pool frequencies = FitPool(RowsKnownBy(true), 2, true);
  EXPECT_NEAR(frequencies.frequencies, std::log(0.8 / 0.2) / 2, 0.02);
  EXPECT_NEAR(frequencies.margins, 0, 0.02);
}

TEST(JudgeTest, FrequenciesMayBeLeftUnheard) {
  const Pool pool = FitPool(RowsKnownBy(true), 2, false);
  EXPECT_EQ(pool.frequencies, 0);
}

TEST(JudgeTest, AFewRowsThatAllAreRightAreNoCertainty) {
  const Pool pool =
      FitPool({{{1, -1}, {9, -9}, 0}, {{-1, 1}, {-9, 9}, 1}}, 2, true);
  const auto p = SoftMax(pool.Odds({{0.1, -0.1}, {0, 0}, 0}));
  EXPECT_LT(p[0], 0.8);
}

TEST(JudgeTest, AMixtureSaysWhatThePoolSays) {
  const auto model = Model();
  const auto margins = LearnMargins(TwoOfEach(), model, 1);
  const auto frequencies = LearnFrequencies(TwoOfEach(), model, 0.1);
  const Pool pool{1.5, 0.25, {0.5, -0.5}};
  const Vector vector = {{0, 0.5F}, {2, 0.7F}};
  const auto odds =
      pool.Odds({ScoresOf(margins, vector), ScoresOf(frequencies, vector), 0});
  EXPECT_THAT(
      ScoresOf(Mix(pool, margins, frequencies), vector),
      ElementsAre(DoubleNear(odds[0], 1e-5), DoubleNear(odds[1], 1e-5)));
}

}  // namespace
}  // namespace wangge::text
