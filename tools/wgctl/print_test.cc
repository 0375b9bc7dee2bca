#include "tools/wgctl/print.h"

#include "gmock/gmock.h"

namespace wangge::wgctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ExplainTest, WhoeverReachesNoServiceIsToldHowToStartThem) {
  for (const auto& status : {absl::UnavailableError("connection refused"),
                             absl::DeadlineExceededError("no answer")}) {
    EXPECT_THAT(Explain(status), HasSubstr("deploy/up")) << status;
  }
  EXPECT_THAT(Explain(absl::NotFoundError("no such case")),
              Not(HasSubstr("deploy/up")));
}

}  // namespace
}  // namespace wangge::wgctl
