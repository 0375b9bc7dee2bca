#include "rpc/status.h"

#include "errors/errors.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

TEST(StatusTest, DetailsSurviveTheWire) {
  errors::Violations v;
  v.Add("report.text", "is empty");
  const absl::Status status = FromGrpc(ToGrpc(v.ToStatus()));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(errors::ReasonOf(status), common::v1::ERROR_REASON_INVALID_FIELDS);
  ASSERT_EQ(errors::ViolationsOf(status).size(), 1U);
  EXPECT_OK(FromGrpc(ToGrpc(absl::OkStatus())));
}

TEST(StatusTest, LongMessagesAreCut) {
  const auto wire = ToGrpc(absl::InternalError(std::string(5000, 'x')));
  EXPECT_LT(wire.error_message().size(), 1100U);
}

}  // namespace
}  // namespace wangge::rpc
