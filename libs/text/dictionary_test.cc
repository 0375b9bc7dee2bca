#include "text/dictionary.h"

#include "gmock/gmock.h"

namespace wangge::text {
namespace {

using ::testing::ElementsAre;

std::vector<std::vector<int>> Entries(const std::vector<Match>& matches) {
  std::vector<std::vector<int>> result;
  for (const Match& match : matches) {
    result.emplace_back(match.entries.begin(), match.entries.end());
  }
  return result;
}

TEST(DictionaryTest, FindsTheLongestAndAllEntriesOfAName) {
  const Dictionary dictionary(
      {"开普西", "开普西一区", "诗圣大道", "王庄村", "王庄村", ""});
  EXPECT_THAT(Entries(dictionary.Find("诗圣大道 开普西一区５号楼，王庄村口")),
              ElementsAre(ElementsAre(2), ElementsAre(1), ElementsAre(3, 4)));
  EXPECT_TRUE(dictionary.Find("别处").empty());
}

TEST(DictionaryTest, AWordOfOneCharacterGivesWayToALongerOne) {
  const Dictionary dictionary({",", "水", "水塔", "😀"});
  EXPECT_THAT(Entries(dictionary.Find("水塔，停水，水、😀水")),
              ElementsAre(ElementsAre(2), ElementsAre(0), ElementsAre(1),
                          ElementsAre(0), ElementsAre(1), ElementsAre(3),
                          ElementsAre(1)));
}

TEST(DictionaryTest, AnEmptyDictionaryFindsNothing) {
  EXPECT_TRUE(Dictionary(std::vector<std::string>{}).Find("任何").empty());
}

}  // namespace
}  // namespace wangge::text
