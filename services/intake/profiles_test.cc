#include "services/intake/profiles.h"

#include <filesystem>

#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::intake {
namespace {

TEST(ProfilesTest, FilesBecomeProfilesAndFaultsAreNamed) {
  const std::string directory = ::testing::TempDir() + "/profiles";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  EXPECT_THAT(ReadProfiles(directory),
              StatusIs(absl::StatusCode::kInvalidArgument, "holds no"));
  ASSERT_OK(WriteFile(directory + "/a.textproto",
                      "source_id: '110' category_mappings { source_code: 'M1' "
                      "category_code: 'market' }"));
  const auto profiles = ReadProfiles(directory);
  ASSERT_OK(profiles);
  EXPECT_EQ(MapCategory(profiles->at("110"), "M1"), "market");
  EXPECT_EQ(MapCategory(profiles->at("110"), "other"), "");
  ASSERT_OK(WriteFile(directory + "/b.textproto", "source_id: '110'"));
  EXPECT_THAT(ReadProfiles(directory),
              StatusIs(absl::StatusCode::kInvalidArgument, "another profile"));
  ASSERT_OK(WriteFile(directory + "/b.textproto", "nonsense"));
  EXPECT_THAT(ReadProfiles(directory),
              StatusIs(absl::StatusCode::kInvalidArgument, "b.textproto"));
}

TEST(ProfilesTest, TheShippedProfilesAreWellFormed) {
  const auto profiles = ReadProfiles(WANGGE_SOURCE_DIR "/deploy/sources");
  ASSERT_OK(profiles);
  for (const char* source : {"110", "12345", "city_management", "heating",
                             "wechat", "grid_worker"}) {
    EXPECT_TRUE(profiles->contains(source)) << source;
  }
}

}  // namespace
}  // namespace wangge::intake
