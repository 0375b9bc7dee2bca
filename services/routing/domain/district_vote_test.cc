#include "services/routing/domain/district_vote.h"

#include <map>

#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"

namespace wangge::routing {
namespace {

using ::testing::Contains;
using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::Key;

const std::string& East() {
  static const auto& kEast = *new std::string("east");
  return kEast;
}
const std::string& West() {
  static const auto& kWest = *new std::string("west");
  return kWest;
}

std::vector<text::Prediction> Predictions(double east) {
  return {{East(), east}, {West(), 1 - east}};
}

DistrictHint Hint(const std::string& kind, double east, double west) {
  return {kind, 0, {{&East(), east}, {&West(), west}}};
}

// `by_name` and `by_model` are the shares of the examples in which the name and
// the model tell the right district.
std::vector<DistrictExample> Examples(int count, double by_name,
                                      double by_model) {
  std::vector<DistrictExample> examples;
  for (int i = 0; i < count; ++i) {
    // Mixed, so that neither goes with the other.
    const bool name = i % 10 < by_name * 10;
    const bool model = i * 7 / 10 % 10 < by_model * 10;
    const bool east = i % 2 == 0;
    examples.push_back(
        {Predictions(east == model ? 0.8 : 0.2),
         {east == name ? Hint("compound", 1, 0) : Hint("compound", 0, 1)},
         east ? East() : West()});
  }
  return examples;
}

std::map<std::string, double> Fit(
    const std::vector<DistrictExample>& examples) {
  std::map<std::string, double> weights;
  for (const auto& opinion : FitOpinionWeights(examples)) {
    weights[opinion.source()] = opinion.weight();
  }
  return weights;
}

TEST(DistrictVoteTest, ASourceThatIsOftenRightGetsTheWeight) {
  const auto names = Fit(Examples(2000, 1.0, 0.6));
  const auto model = Fit(Examples(2000, 0.6, 1.0));
  EXPECT_GT(names.at("compound"), 2 * model.at("compound"));
  EXPECT_GT(model.at("model"), 2 * names.at("model"));
}

TEST(DistrictVoteTest, ASourceNoBetterThanChanceIsIgnored) {
  EXPECT_THAT(Fit(Examples(2000, 0.5, 0.7)).at("compound"),
              DoubleNear(0, 0.05));
}

TEST(DistrictVoteTest, WeightsAreNeverNegative) {
  const auto weights = Fit(Examples(2000, 0.1, 0.2));
  EXPECT_THAT(weights, ::testing::Not(::testing::IsEmpty()));
  for (const auto& [source, weight] : weights) {
    EXPECT_GE(weight, 0) << source;
  }
}

TEST(DistrictVoteTest, FewExamplesChangeLittle) {
  const double prior = 0.5;
  EXPECT_THAT(Fit(Examples(1, 0, 1)).at("compound"), DoubleNear(prior, 0.1));
  EXPECT_LT(Fit(Examples(2000, 0, 1)).at("compound"), prior / 2);
}

TEST(DistrictVoteTest, ExamplesOfDistrictsThatTheModelDoesNotKnowAreIgnored) {
  EXPECT_TRUE(
      FitOpinionWeights({{Predictions(0.5), {Hint("road", 1, 0)}, "south"}})
          .empty());
}

TEST(DistrictVoteTest, EachSourceMovesTheVoteByItsWeight) {
  v1::AddressModel model;
  EXPECT_THAT(VoteOnDistrict(model, Predictions(0.5), {}),
              Each(DoubleNear(0.5, 1e-9)));
  const std::vector<DistrictHint> hints = {Hint("road", 3, 1)};
  const double by_default = VoteOnDistrict(model, Predictions(0.5), hints)[0];
  EXPECT_GT(by_default, 0.5);
  auto& road = *model.add_opinion_weights();
  road.set_source("road");
  road.set_weight(0);
  EXPECT_NEAR(VoteOnDistrict(model, Predictions(0.5), hints)[0], 0.5, 1e-9);
  road.set_weight(2);
  EXPECT_GT(VoteOnDistrict(model, Predictions(0.5), hints)[0], by_default);
}

TEST(DistrictVoteTest, ANameWithManySpotsCountsMore) {
  const auto vote = [](double east, double west) {
    return VoteOnDistrict({}, Predictions(0.5), {Hint("road", east, west)})[0];
  };
  EXPECT_GT(vote(8, 0), vote(1, 0));
  EXPECT_GT(vote(8, 0), vote(8, 2));
  EXPECT_NEAR(vote(4, 4), 0.5, 1e-9);
}

TEST(DistrictVoteTest, SpotsOfOneNameMakeOneHint) {
  const auto city = MakeCity();
  const auto spot = [&](const char* grid, size_t begin, double weight) {
    Spot made;
    made.kind = "road";
    made.chain = city->ChainOf(*city->FindGrid(grid));
    made.begin = begin;
    made.weight = weight;
    return made;
  };
  const auto hints = DistrictHintsOf(
      {spot("s1", 0, 3), spot("s2", 5, 1), spot("s2", 0, 2), spot("c", 9, 1)});
  ASSERT_EQ(hints.size(), 2);
  EXPECT_EQ(hints[0].begin, 0);
  ASSERT_EQ(hints[0].counts.size(), 2);
  EXPECT_EQ(*hints[0].counts[0].first, "410105");
  EXPECT_EQ(hints[0].counts[0].second, 3);
  EXPECT_EQ(*hints[0].counts[1].first, "410122");
  EXPECT_EQ(hints[1].begin, 5);
}

}  // namespace
}  // namespace wangge::routing
