#include "services/command/domain/audience.h"

#include "gmock/gmock.h"
#include "services/command/test_city.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;

TEST(AudienceTest, WhatIsNamedIntersects) {
  const auto city = TestCity();
  const struct {
    const char* audience;
    std::vector<std::string> recipients;
  } rows[] = {
      {"subtree_grid_id: 'c'", {"leader", "one", "police", "two", "worker"}},
      {"subtree_grid_id: 'p'", {"one", "two", "worker"}},
      {"subtree_grid_id: 'm2'", {"two"}},
      {"subtree_grid_id: 'c' posts: 'grid_leader'", {"leader", "worker"}},
      {"subtree_grid_id: 'c' posts: 'grid_police' posts: 'grid_worker'",
       {"police", "worker"}},
      {"subtree_grid_id: 'c' levels: GRID_LEVEL_COMMUNITY",
       {"leader", "police"}},
      {"subtree_grid_id: 'c' layers: GRID_LAYER_POLICE", {"police"}},
      {"subtree_grid_id: 'c' levels: GRID_LEVEL_COMMUNITY "
       "layers: GRID_LAYER_GOVERNANCE",
       {"leader"}},
      // Units named by their function have desks without a post in a grid.
      {"subtree_grid_id: 'c' functions: 'market_supervision'", {"inspector"}},
      {"subtree_grid_id: 'k' functions: 'market_supervision'", {}},
      {"subtree_grid_id: 's' functions: 'grid_team' posts: 'grid_leader'",
       {"leader", "worker"}},
      {"subtree_grid_id: 's' posts: 'nobody'", {}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(ResolveAudience(FromText<v1::Audience>(row.audience), *city)
                  .recipient_ids,
              row.recipients)
        << row.audience;
  }
}

TEST(AudienceTest, RecipientsAreFrozenWithTheirPlaces) {
  const auto city = TestCity();
  const FrozenAudience frozen =
      ResolveAudience(FromText<v1::Audience>("subtree_grid_id: 'c'"), *city);
  ASSERT_EQ(frozen.recipient_ids.size(), frozen.place_nos.size());
  const auto place_of = [&](size_t i) {
    return frozen.places[static_cast<size_t>(frozen.place_nos[i])];
  };
  EXPECT_EQ(place_of(0), (Place{"d", "s", "k"}));  // leader
  EXPECT_EQ(place_of(1), (Place{"d", "s", "k"}));  // one
  EXPECT_EQ(place_of(2), (Place{"d", "s", ""}));   // police
  EXPECT_EQ(frozen.places.size(), 2U);
}

TEST(AudienceTest, APreviewCountsWhatWouldBeFrozen) {
  const auto preview =
      PreviewOf(FromText<v1::Audience>("subtree_grid_id: 'c'"), *TestCity());
  EXPECT_THAT(preview, EqualsProto(FromText<v1::AudiencePreview>(
                           "recipient_count: 5 needs_second_person: true "
                           "micro_grid_count: 2 household_count: 110 "
                           "city_version: 7 grids { grid_id: 'd' name: 'd "
                           "name' recipient_count: 5 }")));
}

TEST(AudienceTest, MicroGridsComeWithTheirHouseholds) {
  const auto targets = MicroGridsIn("k", *TestCity());
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(targets[0].grid_id, "m1");
  EXPECT_EQ(targets[0].household_count, 60);
  EXPECT_EQ(targets[1].place, (Place{"d", "s", "k"}));
}

TEST(AudienceTest, CentresInstructTheirOwnGroundOnly) {
  const auto city = TestCity();
  const auto district = FromText<v1::Audience>("subtree_grid_id: 'd'");
  const auto street = FromText<v1::Audience>("subtree_grid_id: 's'");
  EXPECT_OK(CheckAuthor(district, "mayor", *city));
  EXPECT_OK(CheckAuthor(district, "chief", *city));
  EXPECT_OK(CheckAuthor(street, "desk", *city));
  EXPECT_THAT(CheckAuthor(district, "desk", *city),
              StatusIs(absl::StatusCode::kPermissionDenied, "officer/desk"));
  EXPECT_THAT(CheckAuthor(street, "inspector", *city),
              StatusIs(absl::StatusCode::kPermissionDenied, "inspector"));
  EXPECT_THAT(CheckAuthor(FromText<v1::Audience>("subtree_grid_id: 'z'"),
                          "mayor", *city),
              StatusIs(absl::StatusCode::kNotFound, "z"));
  EXPECT_TRUE(NeedsSecondPerson(district, *city));
  EXPECT_FALSE(NeedsSecondPerson(street, *city));
}

TEST(AudienceTest, FaultsAreNamed) {
  errors::Violations v;
  CheckAudience(FromText<v1::Audience>("posts: '' levels: 0 layers: 99"), &v);
  EXPECT_THAT(errors::ViolationsOf(v.ToStatus()),
              ElementsAre(::testing::HasSubstr("audience.subtree_grid_id"),
                          ::testing::HasSubstr("audience.posts"),
                          ::testing::HasSubstr("audience.levels"),
                          ::testing::HasSubstr("audience.layers")));
}

}  // namespace
}  // namespace wangge::command
