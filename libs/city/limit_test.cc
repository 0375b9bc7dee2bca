#include "city/limit.h"

#include "gtest/gtest.h"
#include "testing/proto.h"

namespace wangge::city {
namespace {

TEST(LimitTest, ALevelsOwnLimitGoesBeforeTheCategorys) {
  const auto category = FromText<registry::v1::Category>(
      "handle_limit_minutes: 480 city_limit_minutes: 1 "
      "district_limit_minutes: 2 street_limit_minutes: 3 "
      "community_limit_minutes: 4");
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_CITY), 1);
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_DISTRICT), 2);
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_STREET), 3);
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_COMMUNITY), 4);
}

TEST(LimitTest, WithoutOneTheCategorysHolds) {
  const auto category =
      FromText<registry::v1::Category>("handle_limit_minutes: 480");
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_STREET), 480);
  EXPECT_EQ(HandleLimitMinutes(category, common::v1::UNIT_LEVEL_UNSPECIFIED),
            480);
}

}  // namespace
}  // namespace wangge::city
