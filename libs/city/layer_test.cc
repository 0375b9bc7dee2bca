#include "city/layer.h"

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::city {
namespace {

// A square of `side` degrees, or, with `crossed`, an hourglass in it.
geo::Polygons SquareOf(double west, double south, double side,
                       bool crossed = false) {
  const auto e7 = [](double degrees) {
    return static_cast<int>(degrees * 1e7);
  };
  const double corners[][2] = {{west, south},
                               {west + side, crossed ? south + side : south},
                               {west + side, crossed ? south : south + side},
                               {west, south + side}};
  geo::Polygons polygons;
  auto* ring = polygons.Add()->add_rings();
  for (const auto& [lng, lat] : corners) {
    ring->add_coordinates_e7(e7(lng));
    ring->add_coordinates_e7(e7(lat));
  }
  return polygons;
}

TEST(LayerTest, FindsTheDeepestAreaThatContainsThePoint) {
  const auto layer =
      Layer::Build({{{"inner", ""}, 2, SquareOf(113.2, 34.2, 0.2)},
                    {{"outer", ""}, 1, SquareOf(113, 34, 1)}});
  ASSERT_OK(layer);
  EXPECT_EQ(layer->size(), 2U);
  EXPECT_EQ(layer->Find({34.3, 113.3})->id, "inner");
  EXPECT_EQ(layer->Find({34.7, 113.7})->id, "outer");
  EXPECT_EQ(layer->Find({36, 113.7}), nullptr);
  EXPECT_THAT(layer->repaired(), ::testing::IsEmpty());
}

TEST(LayerTest, SplitsABoundaryThatCrossesItself) {
  const auto layer =
      Layer::Build({{{"a", ""}, 0, SquareOf(113, 34, 0.1, /*crossed=*/true)}});
  ASSERT_OK(layer);
  EXPECT_THAT(layer->repaired(),
              ::testing::ElementsAre(::testing::StartsWith("a: ")));
  EXPECT_EQ(layer->Find({34.05, 113.02})->id, "a");
  EXPECT_EQ(layer->Find({34.01, 113.05}), nullptr);
}

TEST(LayerTest, NamesTheAreaWhoseBoundaryCannotBeRepaired) {
  EXPECT_THAT(
      Layer::Build({{{"nowhere", ""}, 0, geo::Polygons()}}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, "boundary of nowhere"));
}

}  // namespace
}  // namespace wangge::city
