#include "services/cases/domain/duplicate.h"

#include "gmock/gmock.h"
#include "services/cases/domain/test_city.h"

namespace wangge::cases {
namespace {

bool Same(const std::string& a, const std::string& b) {
  const Wording x("", a, "");
  const Wording y("", b, "");
  return !x.Contradicts(y) && x.Similarity(y) >= 0.8;
}

TEST(WordingTest, WhatAPersonWouldTakeForTheSame) {
  EXPECT_TRUE(Same("路口井盖丢失很危险", "路口井盖丢失很危险！"));
  EXPECT_TRUE(Same("小区门口路灯不亮", "小區門口路燈不亮"));
  EXPECT_TRUE(Same("3号楼下水道堵塞，污水横流", "3号楼下水道堵塞，污水横流。"));
}

TEST(WordingTest, WhatAPersonWouldKeepApart) {
  EXPECT_FALSE(Same("3号楼下水道堵塞", "4号楼下水道堵塞"));
  EXPECT_FALSE(Same("小区东门路灯不亮", "小区西门路灯不亮"));
  EXPECT_FALSE(Same("路灯不亮", "井盖丢失"));
  EXPECT_FALSE(Same("楼上漏水到我家卧室", "楼下漏水到我家厨房"));
  EXPECT_FALSE(Same("", ""));
}

TEST(WordingTest, TheAddressTellsHousesApartToo) {
  const Wording a("漏水", "家里漏水", "文化路97号");
  const Wording b("漏水", "家里漏水", "文化路99号");
  EXPECT_TRUE(a.Contradicts(b));
  EXPECT_FALSE(a.Contradicts(Wording("漏水", "家里漏水", "文化路")));
}

class FindMasterTest : public ::testing::Test {
 protected:
  static Case Make(double latitude, const std::string& text = "路面塌陷有坑") {
    Case c;
    c.set_state(v1::CASE_STATE_DISPATCHED);
    c.set_category_code("road");
    c.set_merge_spot("road@m");
    c.set_text(text);
    c.mutable_point()->set_latitude_deg(latitude);
    c.mutable_point()->set_longitude_deg(113.5);
    *c.mutable_receive_time() = ToProto(absl::FromUnixSeconds(1795399200));
    return c;
  }
  bool Finds(const Case& fresh, const Case& existing) {
    std::vector<Candidate> candidates = {Candidate(existing)};
    return FindMaster(fresh, Wording("", fresh.text(), ""), *city_,
                      &candidates) != nullptr;
  }
  const std::shared_ptr<const city::City> city_ = TestCity();
};

TEST_F(FindMasterTest, NearOpenAndRecentOnly) {
  EXPECT_TRUE(Finds(Make(34.5), Make(34.5)));
  EXPECT_TRUE(Finds(Make(34.5), Make(34.5004)));   // 44 m.
  EXPECT_FALSE(Finds(Make(34.5), Make(34.5005)));  // 56 m.
  Case handled = Make(34.5);
  handled.set_state(v1::CASE_STATE_HANDLED);
  EXPECT_FALSE(Finds(Make(34.5), handled));
  Case old = Make(34.5);
  *old.mutable_receive_time() =
      ToProto(absl::FromUnixSeconds(1795399200) - absl::Hours(25));
  EXPECT_FALSE(Finds(Make(34.5), old));
  Case pressing = Make(34.5);
  pressing.set_urgency(common::v1::URGENCY_SAFETY);
  EXPECT_FALSE(Finds(Make(34.5), pressing));
  Case elsewhere = Make(34.5);
  elsewhere.set_merge_spot("road@n");
  EXPECT_FALSE(Finds(Make(34.5), elsewhere));
}

TEST_F(FindMasterTest, TheMostSimilarOneIsTheMaster) {
  std::vector<Candidate> candidates = {Candidate(Make(34.5, "路面塌陷有个坑")),
                                       Candidate(Make(34.5))};
  const Case fresh = Make(34.5);
  EXPECT_EQ(
      FindMaster(fresh, Wording("", fresh.text(), ""), *city_, &candidates),
      &candidates[1]);
}

TEST(MergeSpotTest, OnlyWhatIsSureDownToACompound) {
  const auto city = TestCity();
  RoutePlan plan = CaseDriver::Plan("AUTO", {"urban"});
  plan.mutable_place()->mutable_point()->set_latitude_deg(34.5);
  EXPECT_EQ(MergeSpotOf(plan, *city), "");  // A district is no place.
  plan.mutable_place()->add_grid_ids("m");
  EXPECT_EQ(MergeSpotOf(plan, *city), "road@m");
  plan.set_disposition(routing::v1::DISPOSITION_NEEDS_OPERATOR);
  EXPECT_EQ(MergeSpotOf(plan, *city), "");
  plan.set_disposition(routing::v1::DISPOSITION_AUTO);
  plan.mutable_place()->clear_point();
  EXPECT_EQ(MergeSpotOf(plan, *city), "");
}

}  // namespace
}  // namespace wangge::cases
