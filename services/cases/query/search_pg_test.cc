// Cases are found by words and place as they are in the records.
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/query/search.h"
#include "services/cases/test_rooms.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class SearchTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    search_ = std::make_unique<Search>(pool_.get(), &rooms_->query);
  }

  // Received `ago`; at a point when the latitude is not 0.
  std::string AdmitText(const std::string& text, double latitude = 0,
                        absl::Duration ago = absl::ZeroDuration()) {
    v1::Admission a = Admission(NewUuid(), text);
    *a.mutable_report()->mutable_receive_time() = ToProto(absl::Now() - ago);
    if (latitude != 0) {
      auto& place = *a.mutable_plan()->mutable_place();
      place.mutable_point()->set_latitude_deg(latitude);
      place.mutable_point()->set_longitude_deg(113.65);
      for (const char* id : {"c", "d", "s", "m"}) place.add_grid_ids(id);
    }
    const auto response = Admit({a});
    EXPECT_OK(response);
    return response->results(0).case_no();
  }

  // Until what has been written so far is found.
  void FollowAll() {
    WaitForEvents(1);
    const std::string last = AdmitText("最后一件");
    v1::ListCasesRequest request;
    request.set_text("最后一件");
    while (absl::Now() < until_) {
      ASSERT_OK(search_->Follow(Soon()));
      const auto found = Find(request);
      if (!found.empty() && found[0] == last) return;
    }
    FAIL() << "the feed was not followed";
  }

  std::vector<std::string> Find(const v1::ListCasesRequest& request) {
    std::vector<std::string> case_nos;
    ListPosition position{Soon(), ""};
    for (;;) {
      const auto found = search_->Find(request, position, 3, Soon());
      EXPECT_OK(found);
      if (!found.ok()) return {};
      for (const Case& c : found->cases) case_nos.push_back(c.case_no());
      if (!found->next) return case_nos;
      position = *found->next;
    }
  }

  std::vector<std::string> FindText(const std::string& text) {
    v1::ListCasesRequest request;
    request.set_text(text);
    return Find(request);
  }

  std::unique_ptr<Search> search_;
};

TEST_F(SearchTest, WordsAreFoundAsTheyStandNewestFirst) {
  const std::string first = AdmitText("金水路97号暖气不热");
  const std::string second = AdmitText("金水路９７号没有暖气");
  AdmitText("金水路98号暖气不热");
  AdmitText("暖和的天气");
  FollowAll();
  EXPECT_THAT(FindText("97号 暖气"), ElementsAre(second, first));
  EXPECT_THAT(FindText("97号暖气"), ElementsAre(first));
  EXPECT_THAT(FindText("号金水"), IsEmpty());
  EXPECT_THAT(FindText("%"), IsEmpty());  // Nothing is a pattern.
}

// Pairs of characters alone would find more than the words.
TEST_F(SearchTest, WordsAndNotOnlyTheirPairs) {
  AdmitText("路灯不亮 灯不亮了 不亮路灯");
  FollowAll();
  EXPECT_THAT(FindText("亮路灯不亮"), IsEmpty());
}

TEST_F(SearchTest, PlacesAreFoundByGridAndByCircle) {
  const std::string here = AdmitText("井盖丢失", 34.7500);
  const std::string near = AdmitText("井盖破损", 34.7540);  // 445 m north.
  AdmitText("井盖松动", 34.9);
  AdmitText("井盖下沉");
  FollowAll();
  v1::ListCasesRequest request;
  request.mutable_near()->set_latitude_deg(34.75);
  request.mutable_near()->set_longitude_deg(113.65);
  request.mutable_near()->set_coordinate_system(
      common::v1::COORDINATE_SYSTEM_WGS84);
  request.set_radius_meters(440);
  EXPECT_THAT(Find(request), ElementsAre(here));
  request.set_radius_meters(450);
  EXPECT_THAT(Find(request), UnorderedElementsAre(here, near));
  request.set_text("丢失");
  EXPECT_THAT(Find(request), ElementsAre(here));
  v1::ListCasesRequest by_grid;
  by_grid.set_grid_id("s");
  EXPECT_EQ(Find(by_grid).size(), 3U);
  by_grid.set_grid_id("elsewhere");
  EXPECT_THAT(Find(by_grid), IsEmpty());
}

TEST_F(SearchTest, FiltersAndSearchesGoTogether) {
  const std::string case_no = AdmitText("水管爆裂");
  AdmitText("水管漏水");
  FollowAll();
  bool changed = false;
  ASSERT_OK(Accept(case_no, NewUuid(), "d", &changed));
  v1::ListCasesRequest request;
  request.set_text("水管");
  request.set_open(true);
  request.set_state(v1::CASE_STATE_IN_PROGRESS);
  EXPECT_THAT(Find(request), ElementsAre(case_no));
  request.set_lead_unit_id("power");
  EXPECT_THAT(Find(request), IsEmpty());
}

TEST_F(SearchTest, GoesBackThroughMonthsAndYears) {
  std::vector<std::string> expected;
  for (const int days : {0, 20, 40, 300, 500, 1200}) {
    expected.push_back(
        AdmitText("树木倒伏", 0, absl::Hours(24 * days) + absl::Minutes(1)));
  }
  FollowAll();
  EXPECT_EQ(FindText("树木倒伏"), expected);
}

TEST_F(SearchTest, WhatWasRedactedIsNotFound) {
  const std::string case_no = AdmitText("某某某的隐私");
  FollowAll();
  ASSERT_THAT(FindText("隐私"), ElementsAre(case_no));
  Case c = *Load(case_no);
  // Redacted by hand: the engine allows it in cases that have ended.
  CaseEvent event;
  event.set_case_no(case_no);
  event.set_sequence(c.version() + 1);
  event.set_previous_hash(c.chain_hash());
  event.mutable_redacted()->set_report_id(c.reports(0).report_id());
  const ChangeGroup group = {ChangeOf(c, {event})};
  ASSERT_TRUE(*rooms_->changes.CommitAll({&group}, Soon())[0]);
  FollowAll();
  EXPECT_THAT(FindText("隐私"), IsEmpty());
}

TEST_F(SearchTest, SeveralFollowersWriteEachCaseOnce) {
  for (int i = 0; i < 50; ++i) AdmitText(absl::StrCat("路灯", i, "号不亮"));
  std::vector<std::thread> followers;
  for (int f = 0; f < 4; ++f) {
    followers.emplace_back([&] {
      Search own(pool_.get(), &rooms_->query);
      for (int i = 0; i < 20; ++i) EXPECT_OK(own.Follow(Soon()));
    });
  }
  for (auto& follower : followers) follower.join();
  FollowAll();
  EXPECT_EQ(FindText("路灯").size(), 50U);
}

}  // namespace
}  // namespace wangge::cases
