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

TEST(ErrorsTest, TimesAreOfTheYears1970To9999) {
  const auto check = [](int64_t seconds, int32_t nanos) {
    google::protobuf::Timestamp time;
    time.set_seconds(seconds);
    time.set_nanos(nanos);
    Violations v;
    v.RequireTime("time", time);
    return v.ToStatus();
  };
  EXPECT_OK(check(0, 0));
  EXPECT_OK(check(253'402'300'799, 999'999'999));
  EXPECT_THAT(check(-1, 0), StatusIs(kInvalid, "time is -1 s"));
  EXPECT_THAT(check(253'402'300'800, 0), StatusIs(kInvalid, "9999"));
  EXPECT_THAT(check(0, -1), StatusIs(kInvalid, "-1 ns"));
  EXPECT_THAT(check(0, 1'000'000'000), StatusIs(kInvalid, "1000000000 ns"));
}

}  // namespace
}  // namespace wangge::errors
