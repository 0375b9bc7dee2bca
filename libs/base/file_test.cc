#include "base/file.h"

#include <filesystem>

#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge {
namespace {

TEST(FileTest, AFileIsReadAsItWasWritten) {
  const std::string path = ::testing::TempDir() + "/file";
  const std::string content("a\0b\r\n", 5);
  ASSERT_OK(WriteFile(path, content));
  EXPECT_EQ(*ReadFile(path), content);
  ASSERT_OK(WriteFile(path, ""));
  EXPECT_EQ(*ReadFile(path), "");
  EXPECT_FALSE(std::filesystem::exists(path + ".new"));
}

TEST(FileTest, ErrorsNameThePathAndTheCause) {
  EXPECT_THAT(ReadFile("/nowhere/file"),
              StatusIs(absl::StatusCode::kNotFound,
                       "/nowhere/file: cannot be read: No such file"));
  EXPECT_THAT(WriteFile("/nowhere/file", "x"),
              StatusIs(absl::StatusCode::kUnavailable, "/nowhere/file"));
}

TEST(FileTest, WhatCannotBeWrittenLeavesTheOldContent) {
  const std::string path = ::testing::TempDir() + "/kept";
  ASSERT_OK(WriteFile(path, "old"));
  std::filesystem::create_directories(path + ".new");
  EXPECT_FALSE(WriteFile(path, "new").ok());
  EXPECT_EQ(*ReadFile(path), "old");
  std::filesystem::remove(path + ".new");
}

}  // namespace
}  // namespace wangge
