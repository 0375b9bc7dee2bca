// The feeds against real tables: nothing skipped, nothing reordered.
#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "gmock/gmock.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

class FeedStoreTest : public RoomsTest {};

// Regression: the pages were ordered by the transaction id as text, so that
// events of transaction 1000 came before those of 999 and some were skipped.
TEST_F(FeedStoreTest, TheFeedGoesOnWhenTransactionIdsGetLonger) {
  ASSERT_OK(Admit({Admission("before")}));
  // Uses up ids to the next power of ten, at most a million of them.
  ASSERT_OK(db::RunScript(database_->dsn(), R"sql(
    DO $$
    DECLARE
      now_id bigint := pg_current_xact_id()::text::bigint;
      goal bigint := least(power(10, ceil(log(now_id + 1)))::bigint,
                           now_id + 1000000);
    BEGIN
      COMMIT;
      WHILE now_id < goal LOOP
        now_id := pg_current_xact_id()::text::bigint;
        COMMIT;
      END LOOP;
    END $$)sql"));
  ASSERT_OK(Admit({Admission("after")}));
  const auto all = WaitForEvents(6);
  ASSERT_EQ(all.size(), 6U);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_LT(all[i - 1].cursor, all[i].cursor);
  }
}

// Regression: the join of events and new reports emitted them in the order of
// its hash table, so that a case's second event could come before its first.
TEST_F(FeedStoreTest, TheFeedKeepsTheOrderWithinEachCase) {
  // After five executions PostgreSQL plans for any parameters: a hash join.
  constexpr int kBatches = 8;
  constexpr int kReports = kBatches * 40;
  for (int n = 0; n < kBatches; ++n) {
    std::vector<v1::Admission> batch;
    for (int i = 0; i < 40; ++i) batch.push_back(Admission(NewUuid()));
    ASSERT_OK(Admit(batch));
  }
  std::map<std::string, int64_t> last;
  for (const auto& item : WaitForEvents(3 * kReports)) {
    const auto& event = item.item.event();
    EXPECT_EQ(event.sequence(), ++last[event.case_no()]);
  }
  EXPECT_EQ(last.size(), static_cast<size_t>(kReports));
  std::map<std::string, int> kinds;
  for (const auto& item : WaitForFeedback("12345", 3 * kReports)) {
    int& kind = kinds[item.item.case_no()];
    EXPECT_LT(kind, item.item.kind());
    kind = item.item.kind();
  }
  EXPECT_EQ(kinds.size(), static_cast<size_t>(kReports));
}

// An open transaction with an older id holds the feed back; nothing is skipped.
TEST_F(FeedStoreTest, TheFeedNeverSkipsAnOpenTransaction) {
  const FeedCursor begin;
  ASSERT_OK(Admit({Admission("a")}));
  ASSERT_EQ(WaitForEvents(3).size(), 3U);
  std::atomic<bool> holding = false;
  std::atomic<bool> release = false;
  const db::Statement insert{"hold",
                             "INSERT INTO event (case_no, sequence, title, "
                             "state, accountable_unit_id, body, hash) VALUES "
                             "('late', 1, '', 1, '', '', '')"};
  auto pool = db::Pool::Open(
      {.dsn = database_->dsn(), .size = 1, .statements = {&insert}});
  ASSERT_OK(pool);
  std::thread slow([&] {
    EXPECT_OK((*pool)->Transact(
        "hold",
        [&](db::Transaction& transaction) -> absl::Status {
          auto rows = transaction.Query(insert, {});
          holding = true;
          while (!release) std::this_thread::yield();
          return rows.status();
        },
        Soon()));
  });
  while (!holding) std::this_thread::yield();
  ASSERT_OK(Admit({Admission("b")}));  // Commits after, with a higher id.
  EXPECT_EQ(rooms_->feed.EventsAfter(begin, 100, Soon())->size(), 3U);
  release = true;
  slow.join();
  const auto all = WaitForEvents(7);
  ASSERT_EQ(all.size(), 7U);
  EXPECT_LT(all[3].cursor, all[4].cursor);
  // Page by page gives the same.
  FeedCursor cursor = begin;
  size_t count = 0;
  while (true) {
    const auto page = rooms_->feed.EventsAfter(cursor, 2, Soon());
    ASSERT_OK(page);
    if (page->empty()) break;
    count += page->size();
    cursor = page->back().cursor;
  }
  EXPECT_EQ(count, 7U);
}

TEST_F(FeedStoreTest, FeedbackIsPerSourceAndAcknowledgementsGoForwardOnly) {
  ASSERT_OK(Admit({Admission("a")}));
  ASSERT_EQ(WaitForEvents(3).size(), 3U);
  const auto items = WaitForFeedback("12345", 3);
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].item.kind(), v1::FEEDBACK_KIND_RECEIPT);
  EXPECT_EQ(items[0].item.cursor(), items[0].cursor.ToText());
  EXPECT_EQ(items[2].item.kind(), v1::FEEDBACK_KIND_DISPATCHED);
  EXPECT_EQ(items[2].item.unit_name(), "urban");
  EXPECT_TRUE(rooms_->feed.FeedbackAfter({}, "110", 100, Soon())->empty());
  const std::string last = items.back().cursor.ToText();
  EXPECT_EQ(*rooms_->feed.Acknowledge("12345", last, Soon()), last);
  EXPECT_EQ(
      *rooms_->feed.Acknowledge("12345", items.front().cursor.ToText(), Soon()),
      last);
  EXPECT_EQ(*rooms_->feed.Acknowledged("12345", Soon()), last);
  EXPECT_EQ(*rooms_->feed.Acknowledged("110", Soon()), "");
}

TEST_F(FeedStoreTest, TheLedgerSaysWhatIsOwedToWhom) {
  EXPECT_EQ(rooms_->feed.OwedFeedback("", Soon())->sources_size(), 0);
  v1::Admission other = Admission("b");
  other.mutable_report()->mutable_key()->set_source_id("110");
  ASSERT_OK(Admit({Admission("a"), other}));
  const auto items = WaitForFeedback("12345", 3);
  ASSERT_EQ(items.size(), 3U);
  auto owed = rooms_->feed.OwedFeedback("", Soon());
  ASSERT_OK(owed);
  ASSERT_EQ(owed->sources_size(), 2);
  EXPECT_EQ(owed->sources(0).source_id(), "110");
  EXPECT_EQ(owed->sources(1).owed_count(), 3);
  EXPECT_EQ(owed->sources(1).acknowledged_cursor(), "");
  EXPECT_EQ(owed->sources(1).oldest().kind(), v1::FEEDBACK_KIND_RECEIPT);
  const std::string cursor = items[1].cursor.ToText();
  ASSERT_OK(rooms_->feed.Acknowledge("12345", cursor, Soon()));
  owed = rooms_->feed.OwedFeedback("12345", Soon());
  ASSERT_EQ(owed->sources_size(), 1);
  EXPECT_EQ(owed->sources(0).owed_count(), 1);
  EXPECT_EQ(owed->sources(0).acknowledged_cursor(), cursor);
  ASSERT_OK(
      rooms_->feed.Acknowledge("12345", items[2].cursor.ToText(), Soon()));
  owed = rooms_->feed.OwedFeedback("12345", Soon());
  EXPECT_EQ(owed->sources(0).owed_count(), 0);
  EXPECT_FALSE(owed->sources(0).has_oldest());
}

}  // namespace
}  // namespace wangge::cases
