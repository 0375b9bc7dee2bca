#include "log/log.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "log/crash.h"

namespace wangge::log {
namespace {

TEST(LogTest, LinesAreJsonWithTypedFields) {
  std::string line;
  const ScopedCapture capture([&](const std::string& l) { line = l; });
  Warning("a \"quoted\"\nline",
          {{"method", "Submit"}, {"duration_ms", 1.5}, {"replayed", true}});
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["message"], "a \"quoted\"\nline");
  EXPECT_EQ(json["level"], "warning");
  EXPECT_EQ(json["method"], "Submit");
  EXPECT_EQ(json["duration_ms"], 1.5);
  EXPECT_EQ(json["replayed"], true);
}

TEST(LogTest, LowerLevelsAreDropped) {
  int lines = 0;
  const ScopedCapture capture([&](const std::string&) { ++lines; });
  Write(Level::kDebug, "not written");
  Info("written");
  EXPECT_EQ(lines, 1);
}

TEST(CrashDeathTest, SaysWhere) {
  const auto crash = [] {
    WriteStackOnCrash();
    std::abort();
  };
  EXPECT_DEATH(crash(), "SIGABRT received");
}

}  // namespace
}  // namespace wangge::log
