#include "errors/errors.h"

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::errors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ErrorsTest, ReasonAndMetadataAreReadBack) {
  const absl::Status status = NotFound("case", "410105-1");
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kNotFound, "410105-1"));
  EXPECT_EQ(ReasonOf(status), common::v1::ERROR_REASON_NOT_FOUND);
  EXPECT_EQ(MetadataOf(status, "id"), "410105-1");
  EXPECT_EQ(MetadataOf(status, "nothing"), "");
}

TEST(ErrorsTest, OverloadCarriesARetryDelay) {
  const absl::Status status = Overloaded(absl::Milliseconds(1500));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(RetryDelayOf(status), absl::Milliseconds(1500));
}

TEST(ErrorsTest, AllViolationsAreTold) {
  Violations v;
  v.RequireText("title", std::string("a\0b", 3), 0, 10);
  v.RequireText("text", "", 1, 10);
  v.RequireText("address", "\xff", 0, 10);
  v.RequireText("name", "网格网格", 0, 3);
  v.RequireUuid("request_id", "x");
  v.Require(true, "fine", "is fine");
  const absl::Status status = v.ToStatus();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(ViolationsOf(status),
              ElementsAre(HasSubstr("title: contains a NUL"),
                          HasSubstr("text: is empty"),
                          HasSubstr("address: is not valid UTF-8"),
                          HasSubstr("name: has 4 characters; at most 3"),
                          HasSubstr("request_id: is not a UUID")));
  EXPECT_OK(Violations().ToStatus());
}

}  // namespace
}  // namespace wangge::errors
