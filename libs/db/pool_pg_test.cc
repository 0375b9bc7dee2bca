#include <thread>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "db/pool.h"
#include "db/server_time.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::db {
namespace {

const Statement kInsert{
    "insert", "INSERT INTO t VALUES ($1, $2::bytea) ON CONFLICT DO NOTHING"};
const Statement kPlainInsert{"plain_insert", "INSERT INTO t VALUES ($1, NULL)"};
const Statement kSelect{"select", "SELECT * FROM t ORDER BY id"};
const Statement kUnnest{
    "unnest",
    "SELECT text, bytes, int, bool, double,"
    " (extract(epoch FROM time) * 1000000)::bigint AS micros "
    "FROM unnest($1::text[], $2::bytea[], $3::bigint[], $4::boolean[],"
    " $5::float8[], $6::timestamptz[])"
    " AS u(text, bytes, int, bool, double, time)"};
const Statement kSleep{"sleep", "SELECT pg_sleep($1::float8)"};

class PoolTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = TempDatabase::Create(
        "t", {{"0001_t", "CREATE TABLE t (id text PRIMARY KEY, body bytea)"}});
    ASSERT_OK(database);
    database_ = *std::move(database);
    PoolOptions options;
    options.dsn = database_->dsn();
    options.size = 2;
    options.statements = {&kInsert, &kPlainInsert, &kSelect, &kUnnest, &kSleep};
    options.statement_timeout = absl::Milliseconds(300);
    auto pool = Pool::Open(options);
    ASSERT_OK(pool);
    pool_ = *std::move(pool);
  }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(10); }

  std::unique_ptr<TempDatabase> database_;
  std::unique_ptr<Pool> pool_;
};

TEST_F(PoolTest, BytesAndNullsRoundTrip) {
  const std::string bytes("\0\x01\xff'\"\\", 6);
  ASSERT_OK(pool_->Query(kInsert, {"a", Param::Bytes(bytes)}, Soon()));
  ASSERT_OK(pool_->Query(kInsert, {"b", std::nullopt}, Soon()));
  const auto rows = pool_->Query(kSelect, {}, Soon());
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ(rows->Bytes(0, "body"), bytes);
  EXPECT_TRUE(rows->IsNull(1, "body"));
}

TEST_F(PoolTest, EveryPoolTellsTheServersTime) {
  const auto first = ServerTime(pool_.get(), Soon());
  ASSERT_OK(first);
  const auto second = ServerTime(pool_.get(), Soon());
  ASSERT_OK(second);
  EXPECT_GT(*second, *first);
  // The server of a test runs on this machine.
  EXPECT_LT(absl::AbsDuration(absl::Now() - *second), absl::Seconds(10));
}

TEST_F(PoolTest, ArraysOfEveryTypeBecomeRows) {
  TextArray texts;
  BytesArray bytes;
  IntArray ints;
  BoolArray bools;
  DoubleArray doubles;
  TimeArray times;
  const auto select = [&] {
    return pool_->Query(kUnnest, {texts, bytes, ints, bools, doubles, times},
                        Soon());
  };
  const auto none = select();
  ASSERT_OK(none);
  EXPECT_TRUE(none->empty());
  const absl::Time time = absl::FromUnixMicros(-1'234'567);
  texts.Add("a\"\\,{网}");
  bytes.Add(std::string("\0\xff", 2));
  ints.Add(-(int64_t{1} << 40));
  bools.Add(true);
  doubles.Add(-0.125);
  times.Add(time);
  for (Array* const array : std::initializer_list<Array*>{
           &texts, &bytes, &ints, &bools, &doubles, &times}) {
    array->AddNull();
  }
  const auto rows = select();
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2);
  EXPECT_EQ(rows->Text(0, "text"), "a\"\\,{网}");
  EXPECT_EQ(rows->Bytes(0, "bytes"), std::string("\0\xff", 2));
  EXPECT_EQ(rows->Int(0, "int"), -(int64_t{1} << 40));
  EXPECT_TRUE(rows->Bool(0, "bool"));
  EXPECT_EQ(rows->Text(0, "double"), "-0.125");
  EXPECT_EQ(rows->TimeOfMicros(0, "micros"), time);
  for (const char* column :
       {"text", "bytes", "int", "bool", "double", "micros"}) {
    EXPECT_TRUE(rows->IsNull(1, column)) << column;
  }
}

TEST_F(PoolTest, ErrorsAreCodesWithoutSql) {
  ASSERT_OK(pool_->Query(kPlainInsert, {"a"}, Soon()));
  const absl::Status status =
      pool_->Query(kPlainInsert, {"a"}, Soon()).status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists, "error"));
  EXPECT_EQ(status.ToString().find("INSERT"), std::string::npos);
  EXPECT_THAT(pool_->Query(kSleep, {"5"}, Soon()),
              StatusIs(absl::StatusCode::kDeadlineExceeded, ""));
}

TEST_F(PoolTest, BrokenConnectionsAreReplacedAndTheStatementRepeated) {
  ASSERT_OK(pool_->Query(kSelect, {}, Soon()));
  ASSERT_OK(RunScript(database_->server_dsn(),
                      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE datname = '" +
                          database_->name() + "'"));
  EXPECT_OK(pool_->Query(kSelect, {}, Soon()));
}

TEST_F(PoolTest, WaitingForAConnectionEndsAtTheDeadline) {
  absl::BlockingCounter taken(2);
  absl::Notification answered;
  std::vector<std::thread> busy;
  for (int i = 0; i < 2; ++i) {
    busy.emplace_back([&] {
      EXPECT_OK(pool_->Transact(
          "hold",
          [&](Transaction&) {
            taken.DecrementCount();
            answered.WaitForNotification();
            return absl::OkStatus();
          },
          Soon()));
    });
  }
  taken.Wait();
  EXPECT_THAT(
      pool_->Query(kSelect, {}, absl::Now() + absl::Milliseconds(20)).status(),
      StatusIs(absl::StatusCode::kDeadlineExceeded, "free"));
  answered.Notify();
  for (std::thread& thread : busy) thread.join();
}

TEST_F(PoolTest, ATransactionCommitsAllOrNothing) {
  const auto insert_two = [&](bool fail) {
    return pool_->Transact(
        "two",
        [&](Transaction& transaction) -> absl::Status {
          auto first = transaction.Query(kInsert, {"x", std::nullopt});
          if (!first.ok()) return first.status();
          if (fail) return absl::AbortedError("on purpose");
          return transaction.Query(kPlainInsert, {"y"}).status();
        },
        Soon());
  };
  EXPECT_THAT(insert_two(true),
              StatusIs(absl::StatusCode::kAborted, "on purpose"));
  EXPECT_TRUE(pool_->Query(kSelect, {}, Soon())->empty());
  EXPECT_OK(insert_two(false));
  const auto rows = pool_->Query(kSelect, {}, Soon());
  EXPECT_EQ(rows->size(), 2);
}

}  // namespace
}  // namespace wangge::db
