// Changes as they are written: once, together or not at all.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/batch/batches.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class ChangeStoreTest : public RoomsTest {};

TEST_F(ChangeStoreTest, AChangeWorksOnceAndARepeatChangesNothing) {
  const std::string case_no = Admit({Admission("a")})->results(0).case_no();
  bool changed = false;
  const std::string id = NewUuid();
  const auto first = Accept(case_no, id, "digest", &changed);
  ASSERT_OK(first);
  EXPECT_TRUE(changed);
  EXPECT_EQ(first->version(), 4);
  const auto again = Accept(case_no, id, "digest", &changed);
  ASSERT_OK(again);
  EXPECT_FALSE(changed);
  EXPECT_EQ(again->version(), 4);
  EXPECT_THAT(Accept(case_no, id, "other", &changed),
              StatusIs(absl::StatusCode::kInvalidArgument, "another body"));
  EXPECT_THAT(Accept(case_no, NewUuid(), "d", &changed, "\"3\""),
              StatusIs(absl::StatusCode::kAborted, "\"4\""));
}

TEST_F(ChangeStoreTest, AMergeChangesBothCasesOrNeither) {
  v1::Admission unsure = Admission("a");
  *unsure.mutable_plan() = CaseDriver::Plan("NEEDS_OPERATOR", {});
  const auto admitted = Admit({unsure, Admission("b")});
  ASSERT_OK(admitted);
  const std::string ending = admitted->results(0).case_no();
  const std::string master = admitted->results(1).case_no();
  // Somebody else changes the master between the decision and the commit.
  Change stale_master;
  const auto loaded = Load(master);
  ASSERT_OK(loaded);
  stale_master.snapshot = *loaded;
  stale_master.expected_version = loaded->version() - 1;
  Change change;
  change.snapshot = *Load(ending);
  change.expected_version = change.snapshot.version();
  change.snapshot.set_version(99);
  const ChangeGroup group = {change, stale_master};
  const auto written = rooms_->changes.CommitAll({&group}, Soon())[0];
  ASSERT_OK(written);
  EXPECT_FALSE(*written);
  EXPECT_EQ(Load(ending)->state(), v1::CASE_STATE_RECEIVED);
  // The service tries again with what is there now.
  ASSERT_OK(Merge(ending, master));
  EXPECT_EQ(Load(ending)->state(), v1::CASE_STATE_MERGED);
  EXPECT_EQ(Load(master)->reports_size(), 2);
}

TEST_F(ChangeStoreTest, ManyChangesAtOnceAreAllWrittenOnce) {
  constexpr int kCases = 40;
  std::vector<v1::Admission> admissions;
  for (int i = 0; i < kCases; ++i) {
    admissions.push_back(Admission(std::to_string(i)));
  }
  const auto admitted = Admit(admissions);
  ASSERT_OK(admitted);
  std::vector<std::thread> threads;
  std::atomic<int> changed{0};
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (const auto& result : admitted->results()) {
        // Eight accept the same case: one does, and the others are told so.
        changed +=
            Do("u1", result.case_no(), v1::AcceptAssignmentRequest()).ok();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(changed, kCases);
  EXPECT_EQ(WaitForEvents(4 * kCases).size(), 4U * kCases);
}

TEST_F(ChangeStoreTest, WhatComesWithAChangeIsWrittenWithItOrNotAtAll) {
  const auto admitted = Admit({Admission("a")});
  ASSERT_OK(admitted);
  v1::LinkToBatchRequest link;
  link.set_case_no(admitted->results(0).case_no());
  link.set_batch_id("no-such-batch");
  const auto run = [&] {
    return RunChange(link.case_no(), {"officer/disp", NewUuid(), "", ""},
                     DecideAs("disp", link), HookLinking(link));
  };
  EXPECT_THAT(run().status(),
              StatusIs(absl::StatusCode::kNotFound, "no-such-batch"));
  EXPECT_EQ(Load(link.case_no())->batch_ids_size(), 0);
  link.clear_batch_id();
  link.set_request_id(NewUuid());
  link.set_root_cause("未移交");
  ASSERT_OK(run());
  EXPECT_EQ(Load(link.case_no())->batch_ids(0), link.request_id());
}

}  // namespace
}  // namespace wangge::cases
