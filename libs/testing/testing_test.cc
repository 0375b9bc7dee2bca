#include "gtest/gtest-spi.h"
#include "gtest/gtest.h"
#include "testing/proto.h"
#include "testing/status.h"
#include "wangge/cases/v1/case.pb.h"

namespace wangge {
namespace {

using cases::v1::Reporter;
using ::testing::Not;

TEST(TestingTest, StatusIsLooksAtCodeAndMessage) {
  const absl::Status status = absl::NotFoundError("case x");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "case"));
  EXPECT_THAT(status, Not(StatusIs(absl::StatusCode::kNotFound, "grid")));
  EXPECT_THAT(status, Not(StatusIs(absl::StatusCode::kAborted, "case")));
}

TEST(TestingTest, EqualsProtoSeesDifferences) {
  const auto a = FromText<Reporter>("name: 'a'");
  EXPECT_THAT(a, EqualsProto(a));
  EXPECT_THAT(a, Not(EqualsProto(FromText<Reporter>("name: 'b'"))));
}

TEST(TestingTest, FaultyTextFails) {
  EXPECT_NONFATAL_FAILURE(FromText<Reporter>("nonsense"), "not a wangge");
}

}  // namespace
}  // namespace wangge
