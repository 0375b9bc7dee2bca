#include "services/command/domain/escalation.h"

#include "gmock/gmock.h"
#include "services/command/test_city.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class EscalationTest : public ::testing::Test {
 protected:
  // `target: silent, silent` for each delivery of a stage.
  std::vector<std::string> To(int stage,
                              const std::vector<std::string>& silent) {
    std::vector<std::string> lines;
    for (const Escalation& e :
         Escalate(original_, stage, silent, *city_, absl::Now())) {
      std::string line = e.recipient_ids[0] + ":";
      for (const std::string& id : e.silent_ids) line += " " + id;
      lines.push_back(line);
    }
    return lines;
  }

  const std::shared_ptr<const city::City> city_ = TestCity();
  const v1::Delivery original_ = FromText<v1::Delivery>(
      "kind: DELIVERY_KIND_INSTRUCTION subject_id: 'i' title: 't' text: 'x'");
};

TEST_F(EscalationTest, TheSecondChannelReachesTheSilentThemselves) {
  const auto made = Escalate(original_, 1, {"one", "two"}, *city_, absl::Now());
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0].channel, v1::CHANNEL_SECOND);
  EXPECT_THAT(made[0].recipient_ids, ElementsAre("one", "two"));
  EXPECT_THAT(made[0].silent_ids, IsEmpty());
  EXPECT_EQ(made[0].delivery.text(), "x");
}

TEST_F(EscalationTest, EachStageFindsItsPerson) {
  // Whoever is on duty in their unit stands in.
  EXPECT_THAT(To(2, {"one", "two"}), ElementsAre("clerk: one two"));
  // The nearest leader above: of the compound; of the community for that one.
  EXPECT_THAT(To(3, {"one", "worker"}),
              ElementsAre("leader: worker", "worker: one"));
  // The centres above, one by one.
  EXPECT_THAT(To(4, {"one", "inspector"}), ElementsAre("desk: one inspector"));
  EXPECT_THAT(To(5, {"one"}), ElementsAre("chief: one"));
  EXPECT_THAT(To(6, {"one"}), ElementsAre("deputy: one"));
  // Nobody leads the leader, nobody knows the stranger.
  EXPECT_THAT(To(3, {"leader", "stranger"}), IsEmpty());
  EXPECT_THAT(To(2, {}), IsEmpty());
}

TEST_F(EscalationTest, ItSaysWhoIsSilent) {
  const auto made = Escalate(original_, 3, {"one", "two"}, *city_, absl::Now());
  ASSERT_EQ(made.size(), 1U);
  const v1::Delivery& delivery = made[0].delivery;
  EXPECT_EQ(delivery.title(), "【2人未签收】t");
  EXPECT_EQ(delivery.escalation(), v1::ESCALATION_STAGE_GRID_LEADER);
  EXPECT_EQ(delivery.silent_count(), 2);
  EXPECT_THAT(delivery.silent_names(), ElementsAre("一号", "二号"));
  EXPECT_EQ(delivery.subject_id(), "i");
}

}  // namespace
}  // namespace wangge::command
