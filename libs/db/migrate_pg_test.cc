#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <pqxx/pqxx>
#include <thread>

#include "absl/strings/str_cat.h"
#include "db/migrate.h"
#include "db/pool.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "testing/status.h"

namespace wangge::db {
namespace {

using Migrations = std::vector<Migration>;

constexpr auto kTooNewOrOld = absl::StatusCode::kFailedPrecondition;
constexpr char kBlock[] = "SELECT pg_advisory_xact_lock(4711);";

class MigrateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = TempDatabase::Create("none", {});
    ASSERT_OK(database);
    database_ = *std::move(database);
    connection_ = std::make_unique<pqxx::connection>(dsn());
  }

  const std::string& dsn() const { return database_->dsn(); }

  // The first column of the first row.
  std::string Ask(const std::string& sql) {
    pqxx::nontransaction work(*connection_);
    return work.exec1(sql)[0].c_str();
  }
  // Asks until the answer is right; the test's time limit ends it.
  void Await(const std::string& sql, const std::string& answer) {
    while (Ask(sql) != answer) std::this_thread::yield();
  }
  // How many backends of others wait for a lock while they run `query`.
  std::string Waiting(const std::string& query) {
    return "SELECT count(*) FROM pg_stat_activity WHERE pid <> "
           "pg_backend_pid() AND datname = current_database() AND "
           "wait_event_type = 'Lock' AND query LIKE '%" +
           query + "%'";
  }

  // A process that migrates.
  pid_t Start(const Migrations& migrations) {
    const pid_t child = fork();
    if (child == 0) _exit(Migrate(dsn(), "t", migrations).ok() ? 0 : 1);
    return child;
  }
  static int End(pid_t child) {
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  }

  std::unique_ptr<TempDatabase> database_;
  std::unique_ptr<pqxx::connection> connection_;
};

Migration Table() {
  return {"0001_t", "CREATE TABLE t (id int PRIMARY KEY, body text)"};
}

TEST_F(MigrateTest, WhatIsMissingIsNamedWithTheCommandThatHelps) {
  EXPECT_THAT(CheckMigrated(dsn(), "t", {Table()}, "0.2.0"),
              StatusIs(kTooNewOrOld,
                       "the database of t lacks migration 0001_t: run "
                       "wangge_migrate --service=t"));
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  EXPECT_OK(CheckMigrated(dsn(), "t", {Table()}, "0.2.0"));
  EXPECT_OK(Migrate(dsn(), "t", {Table()}));
}

TEST_F(MigrateTest, AnAppliedMigrationNeverChanges) {
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  Migration changed = Table();
  changed.sql += " ";
  for (const auto& status : {Migrate(dsn(), "t", {changed}),
                             CheckMigrated(dsn(), "t", {changed}, "0.2.0")}) {
    EXPECT_THAT(status, StatusIs(kTooNewOrOld,
                                 "migration 0001_t was changed after it was "
                                 "applied"));
  }
}

TEST_F(MigrateTest, AChangeThatMakesNoDifferenceNamesWhatItWas) {
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  const std::string before = Ask("SELECT checksum FROM wangge_schema_version");
  const Migrations changed = {
      {"0001_t",
       absl::StrCat("-- applied before as: ", before, "\n", Table().sql)}};
  EXPECT_OK(Migrate(dsn(), "t", changed));
  EXPECT_OK(CheckMigrated(dsn(), "t", changed, "0.2.0"));
}

TEST_F(MigrateTest, ANewerSchemaIsTakenWhenItServesTheProgram) {
  const Migrations known = {Table()};
  Migrations newer = known;
  newer.push_back({"0002_u", "-- serves: 0.2.0\nCREATE TABLE u (id int)"});
  ASSERT_OK(Migrate(dsn(), "t", newer));
  EXPECT_OK(CheckMigrated(dsn(), "t", known, "0.2.0"));
  EXPECT_OK(CheckMigrated(dsn(), "t", known, "0.10.0"));
  EXPECT_THAT(CheckMigrated(dsn(), "t", known, "0.1.9"),
              StatusIs(kTooNewOrOld,
                       "the database of t has migration 0002_u, which serves "
                       "programs from release 0.2.0 on; this program is of "
                       "release 0.1.9: run a newer one"));
}

TEST_F(MigrateTest, ANewerSchemaThatSaysNothingIsNotTaken) {
  Migrations newer = {Table(), {"0002_u", "CREATE TABLE u (id int)"}};
  ASSERT_OK(Migrate(dsn(), "t", newer));
  EXPECT_THAT(CheckMigrated(dsn(), "t", {Table()}, "9.0.0"),
              StatusIs(kTooNewOrOld, "0002_u"));
}

// Release 0.1.0 kept its migrations in a table with a column less.
TEST_F(MigrateTest, ADatabaseOf010IsCheckedAndMigrated) {
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  ASSERT_OK(
      RunScript(dsn(), "ALTER TABLE wangge_schema_version DROP COLUMN serves"));
  EXPECT_OK(CheckMigrated(dsn(), "t", {Table()}, "0.2.0"));
  EXPECT_OK(
      Migrate(dsn(), "t", {Table(), {"0002_u", "-- serves: 0.1.0\nSELECT 1"}}));
  EXPECT_OK(CheckMigrated(dsn(), "t", {Table()}, "0.1.0"));
}

TEST_F(MigrateTest, AFaultIsNamedAndWhatCameBeforeStays) {
  EXPECT_THAT(Migrate(dsn(), "t", {Table(), {"0002_u", "SELECT 1/0"}}),
              StatusIs(absl::StatusCode::kUnavailable,
                       "migration 0002_u of t was not applied: database: "));
  EXPECT_OK(CheckMigrated(dsn(), "t", {Table()}, "0.2.0"));
}

// The migrator is killed while each statement in turn is being carried out; a
// second run finishes, and nothing that was there is lost.
TEST_F(MigrateTest, WhoIsKilledAtAnyStatementIsFollowedByARunThatFinishes) {
  const std::vector<std::string> statements = {
      "ALTER TABLE t ADD COLUMN length int;",
      "UPDATE t SET length = length(body);",
      "INSERT INTO t SELECT id + 1000, body, 0 FROM t;",
      "ALTER TABLE t ALTER COLUMN length SET NOT NULL;"};
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  ASSERT_OK(RunScript(dsn(),
                      "INSERT INTO t SELECT i, repeat('x', i) FROM "
                      "generate_series(1, 100) i"));
  const auto text = [&](size_t blocked_before) {
    std::string sql;
    for (size_t i = 0; i <= statements.size(); ++i) {
      if (i == blocked_before) sql += kBlock;
      if (i < statements.size()) sql += statements[i];
    }
    return sql;
  };
  for (size_t i = 0; i <= statements.size(); ++i) {
    pqxx::connection other(dsn());
    pqxx::work blocker(other);
    blocker.exec(kBlock);
    const pid_t child = Start({Table(), {"0002_length", text(i)}});
    Await(Waiting("advisory_xact_lock"), "1");
    kill(child, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(End(child)));
    blocker.abort();
    Await(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = "
        "current_database() AND query LIKE 'ALTER TABLE t ADD%'",
        "0");
    EXPECT_EQ(Ask("SELECT count(*) FROM t"), "100") << i;
    EXPECT_OK(CheckMigrated(dsn(), "t", {Table()}, "0.2.0")) << i;
  }
  const size_t nowhere = statements.size() + 1;
  EXPECT_OK(Migrate(dsn(), "t", {Table(), {"0002_length", text(nowhere)}}));
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "200");
  EXPECT_EQ(Ask("SELECT sum(length) FROM t"), "5050");
}

const Migration& Index() {
  static const auto* const index = new Migration{
      "0002_index",
      "-- serves: 0.1.0\n-- concurrently\n"
      "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_body ON t (body)"};
  return *index;
}

constexpr char kIndexIsValid[] =
    "SELECT bool_and(indisvalid)::text FROM pg_index "
    "WHERE indexrelid = to_regclass('t_body')";

// The index of a migrator that is killed, with its backend, is there and of no
// use: it is made anew.
TEST_F(MigrateTest, AnIndexThatWasInterruptedIsMadeAnew) {
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  pqxx::connection other(dsn());
  {
    pqxx::work writer(other);
    writer.exec("INSERT INTO t VALUES (1, 'x')");
    const pid_t child = Start({Table(), Index()});
    Await(Waiting("CREATE INDEX"), "1");
    kill(child, SIGKILL);
    EXPECT_TRUE(WIFSIGNALED(End(child)));
    Ask("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE "
        "datname = current_database() AND query LIKE '%CREATE INDEX CONC%' "
        "AND pid <> pg_backend_pid()");
    Await(Waiting("CREATE INDEX"), "0");
    writer.commit();
  }
  ASSERT_EQ(Ask(kIndexIsValid), "false");
  EXPECT_OK(Migrate(dsn(), "t", {Table(), Index()}));
  EXPECT_EQ(Ask(kIndexIsValid), "true");
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "1");
  // Killed after the index was made, before that was written down.
  ASSERT_OK(RunScript(dsn(),
                      "DELETE FROM wangge_schema_version WHERE name = "
                      "'0002_index'"));
  EXPECT_OK(Migrate(dsn(), "t", {Table(), Index()}));
  EXPECT_EQ(Ask(kIndexIsValid), "true");
}

TEST_F(MigrateTest, OfTwoThatMigrateOneWaitsForTheOther) {
  ASSERT_OK(Migrate(dsn(), "t", {Table()}));
  const Migrations both = {Table(),
                           Index(),
                           {"0003_row", absl::StrCat(kBlock,
                                                     "INSERT INTO t VALUES "
                                                     "(1, 'once')")}};
  pqxx::connection other(dsn());
  pqxx::work blocker(other);
  blocker.exec(kBlock);
  const pid_t first = Start(both);
  Await(Waiting("advisory_xact_lock"), "1");
  const pid_t second = Start(both);
  Await(
      "SELECT count(*) FROM pg_stat_activity WHERE datname = "
      "current_database() AND query LIKE '%pg_try_advisory_lock(75350)%' AND "
      "pid <> pg_backend_pid()",
      "1");
  EXPECT_EQ(waitpid(second, nullptr, WNOHANG), 0);
  blocker.abort();
  EXPECT_EQ(End(first), 0);
  EXPECT_EQ(End(second), 0);
  EXPECT_EQ(Ask("SELECT count(*) FROM t"), "1");
}

}  // namespace
}  // namespace wangge::db
