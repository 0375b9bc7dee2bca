#include "db/array.h"

#include "db/sqlstate.h"
#include "gtest/gtest.h"

namespace wangge::db {
namespace {

TEST(ArrayTest, QuotesWhatNeedsIt) {
  Array array;
  array.Add("a\"b\\c,{}");
  array.AddNull();
  array.AddInt(-3);
  array.AddBytes(std::string("\0\xff", 2));
  EXPECT_EQ(array.Literal(), R"({"a\"b\\c,{}",NULL,-3,"\\x00ff"})");
  EXPECT_EQ(Array().Literal(), "{}");
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
