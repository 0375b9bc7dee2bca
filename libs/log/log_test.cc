#include "log/log.h"

#include <cmath>
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

TEST(LogTest, FieldsKeepTheirOrder) {
  std::string line;
  const ScopedCapture capture([&](const std::string& l) { line = l; });
  Info("m", {{"z", -1}, {"a", uint64_t{1} << 63}, {"m2", "x"}});
  const std::string tail =
      R"("message":"m","z":-1,"a":9223372036854775808,"m2":"x"})";
  EXPECT_EQ(line.substr(line.size() - tail.size()), tail);
  EXPECT_EQ(line.rfind(R"({"time":")", 0), 0U);
}

TEST(LogTest, AnyBytesMakeOneLineOfValidJson) {
  std::string line;
  const ScopedCapture capture([&](const std::string& l) { line = l; });
  Info("a\xFF",
       {{"bytes", std::string("\0\n\xC0", 3)}, {"ratio", std::nan("")}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  const auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["message"], "a\uFFFD");
  EXPECT_EQ(json["bytes"], std::string("\0\n\uFFFD", 5));
  EXPECT_TRUE(json["ratio"].is_null());
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
