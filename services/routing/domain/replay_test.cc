#include "services/routing/domain/replay.h"

#include "gmock/gmock.h"
#include "services/routing/domain/test_city.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::routing {
namespace {

class ReplayTest : public ::testing::Test {
 protected:
  static std::shared_ptr<const text::Classifier> Learned(
      const std::string& heat, const std::string& light) {
    std::vector<text::Example> examples;
    for (const std::string where : {"一号院", "二号院", "三号院"}) {
      examples.push_back({where + "暖气不热热力管道漏水", heat});
      examples.push_back({where + "路灯坏了灯不亮", light});
    }
    return *text::Train(examples);
  }

  static v1::ReplayedMatter Matter(const std::string& reference,
                                   const std::string& text) {
    auto matter = FromText<v1::ReplayedMatter>(
        "matter { address: '诗圣大道开普西一区5号楼' time { seconds: "
        "1795400000 } }");
    matter.set_reference(reference);
    matter.mutable_matter()->set_text(text);
    return matter;
  }

  const RoutingBasis as_is_ = {MakeCity(), Learned("heat", "light")};
};

TEST_F(ReplayTest, TheSameCityAndModelGiveNoDifference) {
  Replay replay(as_is_, as_is_);
  EXPECT_FALSE(replay.Add(Matter("1", "3单元热力管道漏水")).has_value());
  EXPECT_FALSE(replay.Add(Matter("2", "什么都不是")).has_value());
  const auto summary = replay.Summary();
  EXPECT_EQ(summary.matter_count(), 2);
  EXPECT_EQ(summary.automatic_count_before(), 1);
  EXPECT_EQ(summary.automatic_count_after(), 1);
  EXPECT_EQ(summary.loads_size(), 0);
}

TEST_F(ReplayTest, AnotherRuleMovesTheMatterAndItsLoad) {
  Replay replay(as_is_,
                {MakeCity({"rule { rule_id: 'r1' category_code: 'heat' "
                           "function: 'property' role: RULE_ROLE_LEAD }"}),
                 as_is_.model});
  const auto moved = replay.Add(Matter("7", "3单元热力管道漏水"));
  ASSERT_TRUE(moved.has_value());
  EXPECT_THAT(*moved, EqualsProto(FromText<v1::MatterDifference>(
                          "reference: '7' before { disposition: "
                          "DISPOSITION_AUTO category_code: 'heat' unit_id: "
                          "'h1' } after { disposition: DISPOSITION_AUTO "
                          "category_code: 'heat' unit_id: 'lift' }")));
  EXPECT_THAT(replay.Summary(),
              EqualsProto(FromText<v1::ReplaySummary>(
                  "matter_count: 1 automatic_count_before: 1 "
                  "automatic_count_after: 1 other_unit_count: 1 "
                  "loads { unit_id: 'h1' matter_count_before: 1 } "
                  "loads { unit_id: 'lift' matter_count_after: 1 }")));
}

TEST_F(ReplayTest, AnotherModelChangesTheCategory) {
  Replay replay(as_is_, {as_is_.city, Learned("light", "heat")});
  // Without a keyword of the city, so that the model alone decides.
  const auto changed = replay.Add(Matter("1", "一号院管道漏水"));
  ASSERT_TRUE(changed.has_value());
  EXPECT_EQ(changed->before().category_code(), "heat");
  EXPECT_EQ(changed->after().category_code(), "light");
  EXPECT_EQ(replay.Summary().other_category_count(), 1);
}

}  // namespace
}  // namespace wangge::routing
