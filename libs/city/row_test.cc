#include "city/row.h"

#include "gtest/gtest.h"
#include "testing/proto.h"

namespace wangge::city {
namespace {

TEST(RowTest, TheKeyIsItsKindAndTheIdInItsFirstField) {
  const auto row = FromText<CityRow>("unit { unit_id: 'a/b' name: 'x' }");
  EXPECT_EQ(KeyText(KeyOf(row)), "unit/a/b");
  EXPECT_THAT(ParseKeyText("unit/a/b"), EqualsProto(KeyOf(row)));
  EXPECT_THAT(BodyOf(row), EqualsProto(row.unit()));
}

TEST(RowTest, AnEmptyRowHasAnEmptyKey) {
  EXPECT_THAT(KeyOf(CityRow()), EqualsProto(CityRowKey()));
  EXPECT_THAT(BodyOf(CityRow()), EqualsProto(CityRow()));
}

TEST(RowTest, AKeyWithoutSlashIsAKindAlone) {
  EXPECT_EQ(ParseKeyText("unit").kind(), "unit");
  EXPECT_EQ(ParseKeyText("unit").id(), "");
}

}  // namespace
}  // namespace wangge::city
