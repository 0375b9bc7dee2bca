#include "base/clock.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "services/command/sql.h"
#include "services/command/store.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;

class StoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("command", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    db::PoolOptions options;
    options.dsn = database_->dsn();
    options.size = 2;
    options.statements = sql::kStatements;
    auto pool = db::Pool::Open(options);
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<Store>(pool_.get());
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(10); }

  static Task MakeTask(const std::string& origin,
                       std::vector<std::string> recipients) {
    Task task;
    task.origin = origin;
    task.recipient_ids = std::move(recipients);
    task.delivery.set_title(origin);
    task.delivery.set_kind(v1::DELIVERY_KIND_ASSIGNED);
    return task;
  }

  // All deliveries, once there are `count`: transactions of other tests on the
  // same server may hold the feed back for a moment.
  std::vector<StoredDelivery> WaitForDeliveries(size_t count) {
    while (absl::Now() < until_) {
      auto deliveries = store_->DeliveriesAfter({}, 100, Soon());
      if (deliveries.ok() && deliveries->size() >= count) return *deliveries;
    }
    return {};
  }

  // Everything that waits for the recipients, read by pages of two.
  std::vector<v1::Delivery> Pending(const std::vector<std::string>& ids,
                                    absl::Time now = absl::Now()) {
    std::vector<v1::Delivery> all;
    PendingCursor cursor;
    while (true) {
      auto page = store_->Pending(ids, 2, now, Soon(), &cursor);
      EXPECT_OK(page);
      if (!page.ok() || page->empty()) return all;
      all.insert(all.end(), page->begin(), page->end());
    }
  }

  const absl::Time until_ = absl::Now() + absl::Seconds(30);
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, APageReadTwiceMakesItsTasksOnce) {
  const std::vector<Task> tasks = {MakeTask("n/1/1", {"a", "b"}),
                                   MakeTask("n/2/1", {"a"})};
  ASSERT_OK(store_->AddTasks(tasks, "c1", Soon()));
  ASSERT_OK(store_->AddTasks(tasks, "c1", Soon()));
  EXPECT_EQ(*store_->CaseFeedCursor(Soon()), "c1");
  const auto deliveries = WaitForDeliveries(2);
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(deliveries[0].recipient_ids.size(), 2U);
}

TEST_F(StoreTest, TheInboxHoldsWhatIsNotAcknowledged) {
  ASSERT_OK(store_->AddTasks({MakeTask("n/1/1", {"a", "b"})}, "c", Soon()));
  auto pending = Pending({"a", "b"});
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_THAT(pending[0].recipient_ids(), ElementsAre("a", "b"));
  v1::Receipt receipt;
  receipt.set_delivery_id(pending[0].delivery_id());
  receipt.set_recipient_id("a");
  receipt.set_kind(v1::RECEIPT_KIND_ACKNOWLEDGED);
  ASSERT_OK(store_->RecordReceipts({receipt, receipt}, absl::Now(), Soon()));
  pending = Pending({"a", "b"});
  ASSERT_EQ(pending.size(), 1U);
  EXPECT_THAT(pending[0].recipient_ids(), ElementsAre("b"));
}

TEST_F(StoreTest, PagesOfTheInboxHoldEverythingOnce) {
  ASSERT_OK(store_->AddTasks(
      {MakeTask("n/1/1", {"a", "b", "c"}), MakeTask("n/2/1", {"b"}),
       MakeTask("n/3/1", {"a", "b"})},
      "c", Soon()));
  std::vector<std::string> got;
  for (const auto& delivery : Pending({"a", "b", "c"})) {
    for (const auto& id : delivery.recipient_ids()) {
      got.push_back(delivery.title() + " " + id);
    }
  }
  EXPECT_THAT(got, ElementsAre("n/1/1 a", "n/1/1 b", "n/1/1 c", "n/2/1 b",
                               "n/3/1 a", "n/3/1 b"));
}

TEST_F(StoreTest, AnInstructionIsReleasedOnceAndItsReachIsCounted) {
  v1::Instruction instruction;
  instruction.set_instruction_id("i1");
  instruction.set_state(v1::INSTRUCTION_STATE_PENDING_RELEASE);
  *instruction.mutable_expire_time() = ToProto(absl::Now() + absl::Hours(1));
  ASSERT_OK(store_->AddInstruction(instruction, "x", "r1", "d", Soon()));
  EXPECT_EQ(**store_->FindRequest("x", "r1", "d", Soon()), "i1");
  EXPECT_THAT(store_->FindRequest("x", "r1", "other", Soon()),
              StatusIs(absl::StatusCode::kInvalidArgument, "r1"));
  instruction.set_state(v1::INSTRUCTION_STATE_RELEASED);
  *instruction.mutable_release_time() = ToProto(absl::Now());
  EXPECT_TRUE(*store_->Release(instruction, "q", {"a", "b", "c"}, Soon()));
  EXPECT_FALSE(*store_->Release(instruction, "q2", {"a"}, Soon()));
  const auto deliveries = WaitForDeliveries(1);
  ASSERT_EQ(deliveries.size(), 1U);
  v1::Receipt receipt;
  receipt.set_delivery_id(deliveries[0].delivery.delivery_id());
  receipt.set_recipient_id("b");
  receipt.set_kind(v1::RECEIPT_KIND_DELIVERED);
  ASSERT_OK(store_->RecordReceipts({receipt}, absl::Now(), Soon()));
  const auto stored = store_->GetInstruction("i1", Soon());
  ASSERT_OK(stored);
  EXPECT_EQ(stored->instruction.reach().audience_count(), 3);
  EXPECT_EQ(stored->instruction.reach().delivered_within_10s_count(), 1);
  // Expired things are not delivered any more.
  EXPECT_TRUE(Pending({"a"}, absl::Now() + absl::Hours(2)).empty());
}

}  // namespace
}  // namespace wangge::command
