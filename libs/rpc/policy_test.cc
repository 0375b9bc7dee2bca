#include "rpc/policy.h"

#include "base/file.h"
#include "gmock/gmock.h"
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

// The policy of the text.
std::unique_ptr<PolicyFile> PolicyOf(const std::string& text) {
  const std::string path = ::testing::TempDir() + "/checked-policy";
  EXPECT_OK(WriteFile(path, text));
  return *PolicyFile::Open(path);
}

TEST(CheckMethodsTest, EveryMethodNeedsARuleThatLetsSomebodyCallIt) {
  const auto policy = PolicyOf(
      "rules { methods: '/a.A/One' identities: 'source/*' }"
      "rules { methods: '/a.A/Two' methods: '/a.A/Three' }");
  const absl::Status status = policy->CheckMethods(
      "a.A", {"/a.A/One", "/a.A/Two", "/a.A/Three", "/a.A/Four"});
  for (const char* method : {"/a.A/Two", "/a.A/Three", "/a.A/Four"}) {
    EXPECT_THAT(status, StatusIs(kWrongState, "no rule lets anybody call " +
                                                  std::string(method)));
  }
  EXPECT_EQ(status.message().find("/a.A/One"), std::string::npos);
}

TEST(CheckMethodsTest, ARuleNamesMethodsThatThereAre) {
  const auto policy = PolicyOf(
      "rules { methods: '/a.A/One' methods: '/a.A/Onee' methods: '/a.A/Tw*' "
      "identities: 'source/*' }");
  const absl::Status status = policy->CheckMethods("a.A", {"/a.A/One"});
  EXPECT_THAT(status, StatusIs(kWrongState, "a rule names /a.A/Onee,"));
  EXPECT_THAT(status, StatusIs(kWrongState, "a rule names /a.A/Tw*,"));
  EXPECT_OK(PolicyOf("rules { methods: '/a.A/O*' identities: '*' }")
                ->CheckMethods("a.A", {"/a.A/One"}));
}

TEST(CheckMethodsTest, RulesOfOtherServicesAreTheirs) {
  const auto policy = PolicyOf(
      "rules { methods: '/a.A/One' methods: '/a.AB/Two' methods: '/b.B/*' "
      "identities: 'source/*' }");
  EXPECT_OK(policy->CheckMethods("a.A", {"/a.A/One"}));
  EXPECT_THAT(policy->CheckMethods("a.AB", {"/a.AB/One"}),
              StatusIs(kWrongState, "/a.AB/Two"));
}

TEST(CheckMethodsTest, ARuleForEverythingIsEnough) {
  EXPECT_OK(PolicyOf("rules { methods: '*' identities: 'service/*' }")
                ->CheckMethods("a.A", {"/a.A/One"}));
}

}  // namespace
}  // namespace wangge::rpc
