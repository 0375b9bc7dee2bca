// Reports that become cases: each once, whatever comes at the same time.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class AdmissionTest : public RoomsTest {};

TEST_F(AdmissionTest, WhatWasAdmittedIsReadBackAndFoldsToItsRow) {
  const auto response = Admit({Admission("a"), Admission("b")});
  ASSERT_OK(response);
  ASSERT_EQ(response->results_size(), 2);
  const auto& first = response->results(0);
  EXPECT_EQ(first.state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(first.lead_unit_name(), "urban");
  EXPECT_EQ(first.case_no().substr(0, 7), "410105-");
  EXPECT_NE(first.case_no(), response->results(1).case_no());
  const auto loaded = Load(first.case_no());
  ASSERT_OK(loaded);
  const auto events = rooms_->query.Timeline(first.case_no(), Soon());
  ASSERT_OK(events);
  EXPECT_EQ(Fold(*events).SerializeAsString(), loaded->SerializeAsString());
  EXPECT_EQ(loaded->SerializeAsString().find("13800000000"), std::string::npos);
  EXPECT_THAT(Load("nothing"),
              StatusIs(absl::StatusCode::kNotFound, "nothing"));
}

TEST_F(AdmissionTest, TheSameSourceRefGetsTheFirstAnswerForEver) {
  const auto first = Admit({Admission("a")});
  ASSERT_OK(first);
  const auto again = Admit({Admission("a"), Admission("a", "other words")});
  ASSERT_OK(again);
  EXPECT_TRUE(again->results(0).replayed());
  EXPECT_FALSE(again->results(0).content_differs());
  EXPECT_EQ(again->results(0).case_no(), first->results(0).case_no());
  EXPECT_TRUE(again->results(1).content_differs());
  EXPECT_EQ(again->results(1).case_no(), first->results(0).case_no());
}

TEST_F(AdmissionTest, ARequestIdWithAnotherBodyIsRefused) {
  v1::Admission one = Admission("a");
  v1::Admission other = Admission("b", "another body");
  other.set_request_id(one.request_id());
  ASSERT_OK(Admit({one}));
  EXPECT_TRUE(Admit({other})->results(0).request_id_reused());
  EXPECT_TRUE(Admit({one})->results(0).replayed());
}

TEST_F(AdmissionTest, TwinsInOneBatchMakeOneCase) {
  const auto response = Admit({Admission("a"), Admission("a")});
  ASSERT_OK(response);
  EXPECT_EQ(response->results(0).case_no(), response->results(1).case_no());
  EXPECT_NE(response->results(0).replayed(), response->results(1).replayed());
}

TEST_F(AdmissionTest, SimultaneousTwinsMakeOneCase) {
  constexpr int kThreads = 8;
  constexpr int kRefs = 40;
  std::vector<std::thread> threads;
  std::atomic<int> fresh = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kRefs; i += 4) {
        std::vector<v1::Admission> batch;
        for (int j = 0; j < 4; ++j) {
          batch.push_back(Admission(absl::StrCat("r", i + j)));
        }
        const auto response = Admit(batch);
        ASSERT_OK(response);
        for (const auto& result : response->results()) {
          fresh += !result.replayed();
          EXPECT_FALSE(result.case_no().empty());
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(fresh, kRefs);
  EXPECT_EQ(rooms_->query.List({}, {Soon(), ""}, 1000, Soon())->size(),
            static_cast<size_t>(kRefs));
}

// A report at a place that is sure enough to merge by itself.
v1::Admission Pothole(const std::string& ref, const std::string& text) {
  v1::Admission a;
  a.set_request_id(NewUuid());
  a.set_digest(Sha256(ref));
  a.mutable_report()->mutable_key()->set_source_id("12345");
  a.mutable_report()->mutable_key()->set_source_ref(ref);
  a.mutable_report()->mutable_key()->set_report_id(NewUuid());
  a.mutable_report()->set_text(text);
  *a.mutable_report()->mutable_receive_time() = ToProto(absl::Now());
  *a.mutable_plan() = CaseDriver::Plan("AUTO", {"urban"});
  a.mutable_plan()->mutable_place()->add_grid_ids("m");
  a.mutable_plan()->mutable_place()->mutable_point()->set_latitude_deg(34.5);
  return a;
}

TEST_F(AdmissionTest, ADuplicateIsMergedAndAnotherHouseIsNot) {
  const auto first = Admit({Pothole("a", "97号门前路面塌陷")});
  ASSERT_OK(first);
  const auto second = Admit({Pothole("b", "97号门前路面塌陷！"),
                             Pothole("c", "99号门前路面塌陷"),
                             Pothole("d", "97号门前路面塌陷。")});
  ASSERT_OK(second);
  const std::string master = first->results(0).case_no();
  EXPECT_EQ(second->results(0).state(), v1::CASE_STATE_MERGED);
  EXPECT_EQ(second->results(0).master_case_no(), master);
  EXPECT_EQ(second->results(1).state(), v1::CASE_STATE_DISPATCHED);
  EXPECT_EQ(second->results(2).master_case_no(), master);
  const auto loaded = Load(master);
  ASSERT_OK(loaded);
  EXPECT_EQ(loaded->reports_size(), 3);
  EXPECT_EQ(Fold(*rooms_->query.Timeline(master, Soon())).SerializeAsString(),
            loaded->SerializeAsString());
  // A repeat gets the first answer and merges nothing again.
  const auto again = Admit({Pothole("b", "97号门前路面塌陷！")});
  ASSERT_OK(again);
  EXPECT_TRUE(again->results(0).replayed());
  EXPECT_EQ(again->results(0).master_case_no(), master);
  EXPECT_EQ(Load(master)->reports_size(), 3);
}

TEST_F(AdmissionTest, TwinsOfOneBatchAreMergedIntoEachOther) {
  const auto response =
      Admit({Pothole("a", "路面塌陷"), Pothole("b", "路面塌陷"),
             Pothole("c", "路面塌陷"), Pothole("a", "路面塌陷")});
  ASSERT_OK(response);
  const std::string master = response->results(0).case_no();
  EXPECT_EQ(response->results(1).master_case_no(), master);
  EXPECT_EQ(response->results(2).master_case_no(), master);
  EXPECT_EQ(response->results(3).case_no(), master);  // The same source_ref.
  EXPECT_EQ(Load(master)->reports_size(), 3);
}

TEST_F(AdmissionTest, ReportsOfTheSameMatterAtTheSameTimeMakeOneCase) {
  constexpr int kThreads = 8;
  std::vector<std::string> case_nos(kThreads);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto response = Admit({Pothole(std::to_string(t), "路面塌陷")});
      ASSERT_OK(response);
      case_nos[static_cast<size_t>(t)] = response->results(0).case_no();
    });
  }
  for (std::thread& thread : threads) thread.join();
  int masters = 0;
  for (const std::string& case_no : case_nos) {
    const Case c = *Load(case_no);
    if (c.state() == v1::CASE_STATE_MERGED) continue;
    ++masters;
    EXPECT_EQ(c.reports_size(), kThreads);
  }
  EXPECT_EQ(masters, 1);
}

}  // namespace
}  // namespace wangge::cases
