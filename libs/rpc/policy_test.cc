#include "rpc/policy.h"

#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

constexpr auto kDenied = absl::StatusCode::kPermissionDenied;

TEST(PolicyTest, PatternsEndInAStar) {
  EXPECT_TRUE(MatchesPattern("source/*", "source/110"));
  EXPECT_TRUE(MatchesPattern("*", "anything"));
  EXPECT_TRUE(MatchesPattern("source/110", "source/110"));
  EXPECT_FALSE(MatchesPattern("source/110", "source/1101"));
  EXPECT_FALSE(MatchesPattern("source/*", "service/x"));
  EXPECT_FALSE(MatchesPattern("", "x"));
}

TEST(PolicyTest, DeniesByDefaultAndFailsClosedOnReload) {
  const std::string path = ::testing::TempDir() + "/policy";
  ASSERT_OK(
      WriteFile(path, "rules { methods: '/a/*' identities: 'source/*' }"));
  const auto policy = PolicyFile::Open(path);
  ASSERT_OK(policy);
  EXPECT_OK((*policy)->Check("source/110", "/a/B"));
  EXPECT_THAT((*policy)->Check("source/110", "/b/B"),
              StatusIs(kDenied, "/b/B"));
  EXPECT_THAT((*policy)->Check("gateway/x", "/a/B"), StatusIs(kDenied, "gate"));

  ASSERT_OK(
      WriteFile(path, "rules { methods: '/b/*' identities: 'source/*' }"));
  (*policy)->Reload();
  EXPECT_OK((*policy)->Check("source/110", "/b/B"));
  EXPECT_THAT((*policy)->Check("source/110", "/a/B"), StatusIs(kDenied, ""));

  ASSERT_OK(WriteFile(path, "nonsense"));
  (*policy)->Reload();
  EXPECT_THAT((*policy)->Check("source/110", "/b/B"), StatusIs(kDenied, ""));
  EXPECT_FALSE(PolicyFile::Open(path).ok());
}

}  // namespace
}  // namespace wangge::rpc
