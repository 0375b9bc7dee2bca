#include "city/format/row_text.h"

#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"
#include "wangge/registry/v1/city.pb.h"

namespace wangge::city {
namespace {

using registry::v1::Category;
using registry::v1::Place;
using registry::v1::Unit;

template <typename T>
const google::protobuf::FieldDescriptor& Field(const std::string& name) {
  return *T::descriptor()->FindFieldByName(name);
}

template <typename T>
absl::Status Set(const std::string& field, const std::string& text, T* row) {
  return SetField(Field<T>(field), text, row);
}

TEST(RowTextTest, EveryKindOfFieldIsReadBackAsItWasWritten) {
  const auto unit = FromText<Unit>(
      "unit_id: 'u' kind: UNIT_KIND_OPERATION_CENTRE "
      "jurisdiction_grid_ids: 'a' jurisdiction_grid_ids: 'b'");
  const auto place = FromText<Place>("latitude_e7: -341234567");
  const auto category =
      FromText<Category>("handle_limit_minutes: 480 department_only: true");
  EXPECT_EQ(GetField(Field<Unit>("kind"), unit), "operation_centre");
  EXPECT_EQ(GetField(Field<Unit>("jurisdiction_grid_ids"), unit), "a|b");
  EXPECT_EQ(ColumnOf(Field<Place>("latitude_e7")), "latitude_deg");
  EXPECT_EQ(GetField(Field<Place>("latitude_e7"), place), "-34.1234567");
  EXPECT_EQ(GetField(Field<Category>("department_only"), category), "true");
  const auto round_trip = [](const auto& row) {
    auto copy = row;
    copy.Clear();
    for (int i = 0; i < row.GetDescriptor()->field_count(); ++i) {
      const auto& field = *row.GetDescriptor()->field(i);
      if (field.message_type() != nullptr) continue;
      EXPECT_OK(SetField(field, GetField(field, row), &copy));
    }
    EXPECT_THAT(copy, EqualsProto(row));
  };
  round_trip(unit);
  round_trip(place);
  round_trip(category);
}

TEST(RowTextTest, ErrorsSayWhatIsExpected) {
  const auto code = absl::StatusCode::kInvalidArgument;
  Unit unit;
  EXPECT_THAT(Set("kind", "palace", &unit),
              StatusIs(code, "`palace` is not one of "));
  EXPECT_THAT(Set("kind", "palace", &unit), StatusIs(code, "operation_centre"));
  Place place;
  EXPECT_THAT(Set("latitude_e7", "181", &place),
              StatusIs(code, "`181` is not a number of degrees"));
  Category category;
  EXPECT_THAT(Set("handle_limit_minutes", "1.5", &category),
              StatusIs(code, "`1.5` is not a whole number"));
  EXPECT_THAT(Set("department_only", "yes", &category),
              StatusIs(code, "`yes` is neither true nor false"));
}

TEST(RowTextTest, AnEmptyCellLeavesTheField) {
  Unit unit;
  EXPECT_OK(Set("kind", "", &unit));
  EXPECT_THAT(unit, EqualsProto(Unit()));
}

}  // namespace
}  // namespace wangge::city
