#include <pqxx/pqxx>

#include "base/clock.h"
#include "db/temp_database.h"
#include "gmock/gmock.h"
#include "services/command/attach/attach_store.h"
#include "services/command/inbox/inbox_store.h"
#include "services/command/sql.h"
#include "testing/proto.h"
#include "testing/status.h"

namespace wangge::command {
namespace {

using ::testing::ElementsAre;

class InboxStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = db::TempDatabase::Create("command", sql::kMigrations);
    ASSERT_OK(database);
    database_ = *std::move(database);
    auto pool = db::Pool::Open({.dsn = database_->dsn(),
                                .size = 2,
                                .statements = sql::kStatements,
                                .prefer_indexes = true});
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
    store_ = std::make_unique<InboxStore>(pool_.get());
    deliveries_ = std::make_unique<AttachStore>(pool_.get());
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
  std::vector<Handout> WaitForDeliveries(size_t count) {
    while (absl::Now() < until_) {
      auto deliveries = deliveries_->HandoutsAfter({}, 100, Soon());
      if (deliveries.ok() && deliveries->size() >= count) return *deliveries;
    }
    return {};
  }

  // The titles that wait for a recipient, read by pages of two.
  std::vector<std::string> Pending(const std::string& id,
                                   absl::Time now = absl::Now(),
                                   v1::Channel channel = v1::CHANNEL_PUSH,
                                   Position from = {}) {
    std::vector<std::string> titles;
    Wanted wanted{id, 0, from, {UINT64_MAX >> 1, 0}, channel};
    while (true) {
      const auto page = deliveries_->Pending({wanted}, 2, now, Soon());
      EXPECT_OK(page);
      if (!page.ok() || page->front().empty()) return titles;
      for (const int64_t number : page->front()) {
        titles.push_back(TitleOf(number));
        wanted.after_no = number;
      }
    }
  }

  std::string TitleOf(int64_t delivery_no) {
    const auto read = deliveries_->Deliveries({delivery_no}, Soon());
    EXPECT_OK(read);
    v1::Delivery delivery;
    const grpc::Slice& bytes = read->front().shared;
    EXPECT_TRUE(
        delivery.ParseFromArray(bytes.begin(), static_cast<int>(bytes.size())));
    EXPECT_EQ(delivery.delivery_id(), DeliveryId(delivery_no));
    return delivery.title();
  }

  static v1::Receipt MakeReceipt(int64_t delivery_no, const std::string& id,
                                 v1::ReceiptKind kind) {
    v1::Receipt receipt;
    receipt.set_delivery_id(DeliveryId(delivery_no));
    receipt.set_recipient_id(id);
    receipt.set_kind(kind);
    return receipt;
  }

  const absl::Time until_ = absl::Now() + absl::Seconds(30);
  std::unique_ptr<db::TempDatabase> database_;
  std::unique_ptr<db::Pool> pool_;
  std::unique_ptr<InboxStore> store_;
  // What streams find of what the store has written.
  std::unique_ptr<AttachStore> deliveries_;
};

TEST_F(InboxStoreTest, APageReadTwiceMakesItsTasksOnce) {
  const std::vector<Task> tasks = {MakeTask("n/1/1", {"a", "b"}),
                                   MakeTask("n/2/1", {"a"})};
  EXPECT_TRUE(*store_->AddTasks({tasks}, "", "c1", Soon()));
  EXPECT_TRUE(*store_->AddTasks({tasks}, "", "c1", Soon()));
  EXPECT_EQ(*store_->CaseFeedCursor(Soon()), "c1");
  const auto deliveries = WaitForDeliveries(2);
  ASSERT_EQ(deliveries.size(), 2U);
  EXPECT_EQ(deliveries[0].recipient_ids.size(), 2U);
}

TEST_F(InboxStoreTest, OfTwoReadersOneIsAhead) {
  EXPECT_TRUE(*store_->AddTasks({{MakeTask("1", {"a"})}}, "", "c1", Soon()));
  EXPECT_TRUE(*store_->AddTasks({{MakeTask("2", {"a"})}}, "c1", "c2", Soon()));
  // The other one has read a longer page from c1 on.
  EXPECT_FALSE(*store_->AddTasks({{MakeTask("2", {"a"}), MakeTask("3", {"a"})}},
                                 "c1", "c3", Soon()));
  EXPECT_EQ(*store_->CaseFeedCursor(Soon()), "c2");
  EXPECT_THAT(Pending("a"), ElementsAre("1", "2"));
}

TEST_F(InboxStoreTest, TheInboxHoldsWhatIsNotAcknowledged) {
  ASSERT_OK(
      store_->AddTasks({{MakeTask("n/1/1", {"a", "b"})}}, "", "c", Soon()));
  ASSERT_OK(deliveries_->RecordReceipts(
      {MakeReceipt(1, "a", v1::RECEIPT_KIND_ACKNOWLEDGED),
       MakeReceipt(1, "a", v1::RECEIPT_KIND_ACKNOWLEDGED),
       MakeReceipt(1, "nobody", v1::RECEIPT_KIND_DONE),
       MakeReceipt(99, "b", v1::RECEIPT_KIND_DONE)},
      absl::Now(), Soon()));
  EXPECT_THAT(Pending("a"), ElementsAre());
  EXPECT_THAT(Pending("b"), ElementsAre("n/1/1"));
}

TEST_F(InboxStoreTest, PagesOfTheInboxHoldEverythingOnceAndInOrder) {
  ASSERT_OK(
      store_->AddTasks({{MakeTask("1", {"a", "b", "c"}), MakeTask("2", {"b"}),
                         MakeTask("3", {"a", "b"})}},
                       "", "c", Soon()));
  EXPECT_THAT(Pending("a"), ElementsAre("1", "3"));
  EXPECT_THAT(Pending("b"), ElementsAre("1", "2", "3"));
  EXPECT_THAT(Pending("c"), ElementsAre("1"));
}

TEST_F(InboxStoreTest, AnInboxIsResumedAfterAPosition) {
  ASSERT_OK(store_->AddTasks({{MakeTask("1", {"a"})}}, "", "c1", Soon()));
  const auto seen = WaitForDeliveries(1);
  ASSERT_EQ(seen.size(), 1U);
  ASSERT_OK(store_->AddTasks({{MakeTask("2", {"a"})}}, "c1", "c2", Soon()));
  EXPECT_THAT(Pending("a", absl::Now(), v1::CHANNEL_PUSH, seen[0].position),
              ElementsAre("2"));
  EXPECT_EQ(ParsePosition(seen[0].cursor), seen[0].position);
  EXPECT_EQ(ParsePosition("12"), std::nullopt);
  EXPECT_EQ(ParsePosition("12.-1"), std::nullopt);
}

TEST_F(InboxStoreTest, TasksOfACaseEndTogether) {
  const auto of_case = [](const std::string& case_no, const std::string& origin,
                          v1::DeliveryKind kind) {
    Task task = MakeTask(origin, {"a"});
    task.delivery.set_kind(kind);
    task.delivery.set_subject_id(case_no);
    return task;
  };
  const absl::Time end = absl::Now() - absl::Seconds(1);
  ASSERT_OK(store_->AddTasks({{of_case("n", "1", v1::DELIVERY_KIND_ASSIGNED),
                               of_case("n", "2", v1::DELIVERY_KIND_RETURNED),
                               of_case("m", "3", v1::DELIVERY_KIND_ASSIGNED)}},
                             "", "c1", Soon()));
  // What the page itself makes stands, and who is behind ends nothing.
  const TaskPage dispatched = {{of_case("n", "4", v1::DELIVERY_KIND_ASSIGNED)},
                               {{"n", {end, false}}}};
  EXPECT_FALSE(
      *store_->AddTasks({{}, {{"m", {end, true}}}}, "c0", "c2", Soon()));
  EXPECT_TRUE(*store_->AddTasks(dispatched, "c1", "c2", Soon()));
  EXPECT_THAT(Pending("a"), ElementsAre("2", "3", "4"));
  EXPECT_TRUE(
      *store_->AddTasks({{}, {{"n", {end, true}}}}, "c2", "c3", Soon()));
  EXPECT_THAT(Pending("a"), ElementsAre("3"));
}

TEST_F(InboxStoreTest, TasksThatEndedLongAgoAreDeletedWithTheirReceipts) {
  const absl::Time end = absl::Now() - absl::Hours(1);
  std::vector<Task> tasks;
  for (const std::string n : {"1", "2", "3"}) {
    tasks.push_back(MakeTask(n, {"a", "b"}));
    tasks.back().delivery.set_subject_id(n);
  }
  ASSERT_OK(store_->AddTasks({tasks}, "", "c1", Soon()));
  ASSERT_OK(store_->AddTasks({{}, {{"1", {end, true}}, {"2", {end, true}}}},
                             "c1", "c2", Soon()));
  EXPECT_EQ(*store_->DeleteEndedTasks(end, 10, Soon()), 0);
  EXPECT_EQ(*store_->DeleteEndedTasks(absl::Now(), 1, Soon()), 1);
  EXPECT_EQ(*store_->DeleteEndedTasks(absl::Now(), 10, Soon()), 1);
  EXPECT_EQ(WaitForDeliveries(1).size(), 1U);
  pqxx::connection connection(database_->dsn());
  pqxx::nontransaction work(connection);
  EXPECT_EQ(work.exec1("SELECT count(*) FROM delivery_recipient")[0].as<int>(),
            2);
  EXPECT_THAT(Pending("a"), ElementsAre("3"));
}

}  // namespace
}  // namespace wangge::command
