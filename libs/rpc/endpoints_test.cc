#include "rpc/endpoints.h"

#include "gmock/gmock.h"
#include "testing/status.h"

namespace wangge::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TEST(EndpointsTest, AreReadByName) {
  const auto endpoints =
      ParseEndpoints({"registry=127.0.0.1:7101", "cases=[::1]:7104"});
  ASSERT_OK(endpoints);
  EXPECT_THAT(*endpoints,
              UnorderedElementsAre(Pair("registry", "127.0.0.1:7101"),
                                   Pair("cases", "[::1]:7104")));
  EXPECT_EQ(*FindEndpoint(*endpoints, "cases"), "[::1]:7104");
}

TEST(EndpointsTest, AMissingOneIsNamedWithTheFlag) {
  const auto found = FindEndpoint({}, "routing");
  EXPECT_EQ(found.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(found.status().message()),
              HasSubstr("--endpoints does not name `routing`"));
}

TEST(EndpointsTest, WhatIsNotNameHostAndPortIsRefused) {
  for (const char* entry :
       {"", "cases", "cases=", "=127.0.0.1:7104", "cases=127.0.0.1",
        "cases=:7104", "cases=127.0.0.1:", "cases=127.0.0.1:0",
        "cases=127.0.0.1:65536", "cases=127.0.0.1:71o4"}) {
    const auto endpoints = ParseEndpoints({"registry=127.0.0.1:7101", entry});
    EXPECT_EQ(endpoints.status().code(), absl::StatusCode::kInvalidArgument)
        << entry;
    EXPECT_THAT(
        std::string(endpoints.status().message()),
        HasSubstr(std::string("`") + entry + "` must be name=host:port"));
  }
}

TEST(EndpointsTest, ANameIsGivenOnce) {
  const auto endpoints =
      ParseEndpoints({"cases=127.0.0.1:7104", "cases=127.0.0.1:7105"});
  EXPECT_THAT(std::string(endpoints.status().message()),
              HasSubstr("`cases` is given twice"));
}

}  // namespace
}  // namespace wangge::rpc
