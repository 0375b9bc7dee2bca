// A programme's inventory is worked off: nothing twice, nothing lost.
#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "services/cases/batch/batch_store.h"
#include "services/cases/batch/batches.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class BatchTest : public RoomsTest {
 protected:
  void SetUp() override {
    RoomsTest::SetUp();
    batches_ = std::make_unique<BatchStore>(pool_.get());
    batch_id_ = OpenBatch();
  }

  // Two cases of one cause.
  std::string OpenBatch() {
    v1::LinkToBatchRequest link;
    link.set_root_cause("路灯从未移交");
    link.set_request_id(NewUuid());
    for (const char* ref : {"a", "b"}) {
      const auto admitted = Admit({Admission(ref, ref)});
      EXPECT_TRUE(admitted.ok());
      EXPECT_OK(RunChange(admitted->results(0).case_no(),
                          {"officer/disp", NewUuid(), "", ""},
                          DecideAs("disp", link), HookLinking(link)));
      link.set_batch_id(link.request_id());
    }
    return link.batch_id();
  }

  absl::StatusOr<v1::Batch> Start(const std::string& title = "路灯移交") {
    v1::StartProgrammeRequest r;
    r.set_batch_id(batch_id_);
    r.set_title(title);
    r.set_unit_id("urban");
    r.set_due_day("2026-12-31");
    return batches_->Start(r, "disp", Soon());
  }
  absl::StatusOr<v1::Batch> Import(int first, int last,
                                   const std::string& name = "信号灯") {
    v1::ImportInventoryRequest r;
    r.set_batch_id(batch_id_);
    for (int i = first; i <= last; ++i) {
      v1::InventoryItem& item = *r.add_items();
      item.set_item_id(absl::StrCat("L", 10'000 + i));
      item.set_name(name);
    }
    return batches_->Import(r, Soon());
  }
  absl::StatusOr<v1::Batch> HandOver(int first, int last,
                                     const std::string& request_id) {
    v1::HandOverTrancheRequest r;
    r.set_batch_id(batch_id_);
    r.set_request_id(request_id);
    r.set_unit_id("power");
    for (int i = first; i <= last; ++i) {
      r.add_item_ids(absl::StrCat("L", 10'000 + i));
    }
    return batches_->HandOver(r, "disp", Soon());
  }

  std::unique_ptr<BatchStore> batches_;
  std::string batch_id_;
};

TEST_F(BatchTest, FromLikeCasesToAnInventoryThatIsWorkedOff) {
  const auto batch = batches_->Get(batch_id_, Soon());
  ASSERT_OK(batch);
  EXPECT_EQ(batch->case_count(), 2);
  EXPECT_EQ(batch->root_cause(), "路灯从未移交");
  EXPECT_FALSE(batch->has_programme());
  ASSERT_OK(Start());
  // The brief's 5,329 sets of lights.
  const auto imported = Import(1, 5329);
  ASSERT_OK(imported);
  EXPECT_EQ(imported->programme().item_count(), 5329);
  EXPECT_EQ(imported->programme().remaining_count(), 5329);
  ASSERT_OK(HandOver(1, 2000, NewUuid()));
  const auto second = HandOver(2001, 5000, NewUuid());
  ASSERT_OK(second);
  EXPECT_EQ(second->programme().remaining_count(), 329);
  ASSERT_EQ(second->programme().tranches_size(), 2);
  EXPECT_EQ(second->programme().tranches(1).tranche_number(), 2);
  EXPECT_EQ(second->programme().tranches(1).item_count(), 3000);
  EXPECT_EQ(second->programme().tranches(1).unit_id(), "power");

  v1::ListInventoryRequest list;
  list.set_batch_id(batch_id_);
  list.set_remaining(true);
  list.set_page_size(300);
  const auto page = batches_->Inventory(list, Soon());
  ASSERT_OK(page);
  EXPECT_EQ(page->items_size(), 300);
  EXPECT_EQ(page->items(0).item_id(), "L15001");
  list.set_page_token(page->next_page_token());
  const auto last = batches_->Inventory(list, Soon());
  ASSERT_OK(last);
  EXPECT_EQ(last->items_size(), 29);
  EXPECT_EQ(last->next_page_token(), "");
  EXPECT_EQ(HandOver(5001, 5329, NewUuid())->programme().remaining_count(), 0);
}

TEST_F(BatchTest, RepeatsChangeNothing) {
  EXPECT_THAT(Import(1, 1), StatusIs(kWrongState, "StartProgramme first"));
  ASSERT_OK(Start());
  ASSERT_OK(Start());
  EXPECT_THAT(Start("another"), StatusIs(kWrongState, "路灯移交"));
  ASSERT_OK(Import(1, 3));
  EXPECT_EQ(Import(1, 3)->programme().item_count(), 3);
  const std::string request_id = NewUuid();
  ASSERT_OK(HandOver(1, 2, request_id));
  const auto again = HandOver(1, 2, request_id);
  ASSERT_OK(again);
  EXPECT_EQ(again->programme().tranches_size(), 1);
  EXPECT_THAT(HandOver(3, 3, request_id), StatusIs(kInvalid, "another body"));
}

TEST_F(BatchTest, WhatIsWrongChangesNothing) {
  ASSERT_OK(Start());
  ASSERT_OK(Import(1, 3));
  // Item 3 is there with other words: neither 4 nor 5 is added.
  EXPECT_THAT(Import(3, 5, "路灯"), StatusIs(kInvalid, "L10003"));
  EXPECT_EQ(batches_->Get(batch_id_, Soon())->programme().item_count(), 3);
  ASSERT_OK(HandOver(1, 1, NewUuid()));
  // Item 1 was handed over and item 4 does not exist.
  EXPECT_THAT(HandOver(1, 4, NewUuid()), StatusIs(kInvalid, "L10001, L10004"));
  const auto batch = batches_->Get(batch_id_, Soon());
  EXPECT_EQ(batch->programme().remaining_count(), 2);
  EXPECT_EQ(batch->programme().tranches_size(), 1);
  EXPECT_THAT(batches_->Get("nothing", Soon()),
              StatusIs(absl::StatusCode::kNotFound, "nothing"));
}

TEST_F(BatchTest, TwoAtOnceHandEachItemOverOnce) {
  ASSERT_OK(Start());
  ASSERT_OK(Import(1, 100));
  std::vector<std::thread> threads;
  std::atomic<int> succeeded = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(
        [&] { succeeded += HandOver(1, 100, NewUuid()).ok() ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(succeeded, 1);
  EXPECT_EQ(batches_->Get(batch_id_, Soon())->programme().tranches_size(), 1);
}

}  // namespace
}  // namespace wangge::cases
