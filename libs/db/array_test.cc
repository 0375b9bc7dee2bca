#include "db/array.h"

#include "db/sqlstate.h"
#include "gtest/gtest.h"

namespace wangge::db {
namespace {

// What array_recv reads; pool_pg_test lets the server read it.
TEST(ArrayTest, IsADimensionOfItemsWithTheirLengths) {
  TextArray array;
  EXPECT_EQ(array.Binary(), std::string("\0\0\0\0\0\0\0\0\0\0\0\x19", 12));
  array.Add("ab");
  array.AddNull();
  EXPECT_EQ(array.Binary(),
            std::string("\0\0\0\1\0\0\0\1\0\0\0\x19\0\0\0\2\0\0\0\1"
                        "\0\0\0\2ab\xff\xff\xff\xff",
                        30));
}

TEST(SqlStateTest, ClassesMapToCodes) {
  const struct {
    const char* state;
    absl::StatusCode code;
  } rows[] = {
      {"23505", absl::StatusCode::kAlreadyExists},
      {"23503", absl::StatusCode::kFailedPrecondition},
      {"23514", absl::StatusCode::kInternal},
      {"22001", absl::StatusCode::kInternal},
      {"40001", absl::StatusCode::kAborted},
      {"40P01", absl::StatusCode::kAborted},
      {"55P03", absl::StatusCode::kAborted},
      {"57014", absl::StatusCode::kDeadlineExceeded},
      {"53100", absl::StatusCode::kResourceExhausted},
      {"57P01", absl::StatusCode::kUnavailable},
      {"08006", absl::StatusCode::kUnavailable},
      {"42601", absl::StatusCode::kInternal},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(CodeOfSqlState(row.state), row.code) << row.state;
  }
}

}  // namespace
}  // namespace wangge::db
