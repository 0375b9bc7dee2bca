// The migrations keep the data of any state before them.
#include <pqxx/pqxx>

#include "base/crypto.h"
#include "db/pool.h"
#include "db/temp_database.h"
#include "gtest/gtest.h"
#include "services/cases/sql.h"
#include "testing/status.h"

namespace wangge::cases {
namespace {

// One row in each table that the first migration makes.
constexpr char kRows[] =
    "INSERT INTO report VALUES ('12345', 'a', 'q', 'r-1', '\\x00', 'n', now(), "
    "  '\\x01', '\\x02');"
    "INSERT INTO reporter VALUES ('r-1', 'k', '\\x03'), ('r-2', 'k', '\\x04');"
    "INSERT INTO cases VALUES ('n', 1, 4, '12345', '410105', 'c', 'u-1', false,"
    "  now(), NULL, '\\x05');"
    "INSERT INTO event (case_no, sequence, title, state, body) VALUES"
    "  ('n', 1, 't', 4, '\\x06')";

TEST(MigrationsTest, NoneAsksForAnEmptyDatabase) {
  const auto& all = sql::kMigrations;
  auto database = db::TempDatabase::Create("cases", {all.front()});
  ASSERT_OK(database);
  const std::string& dsn = (*database)->dsn();
  ASSERT_OK(db::RunScript(dsn, kRows));
  ASSERT_OK(db::Migrate(dsn, "cases", all));
  EXPECT_OK(db::CheckMigrated(dsn, "cases", all));

  pqxx::connection connection(dsn);
  pqxx::nontransaction work(connection);
  const auto event =
      work.exec1("SELECT encode(hash, 'hex'), accountable_unit_id FROM event");
  EXPECT_EQ(std::string(event[0].c_str()), ToHex(Sha256("\x06")));
  EXPECT_EQ(std::string(event[1].c_str()), "u-1");
  EXPECT_EQ(work.exec1("SELECT count(*) FROM cases c JOIN report USING "
                       "(case_no) WHERE c.measures = '{}'")[0]
                .as<int>(),
            1);
  const auto reporters = work.exec(
      "SELECT source_id, source_ref FROM reporter WHERE sealed IS NOT NULL "
      "ORDER BY report_id");
  ASSERT_EQ(reporters.size(), 2U);
  EXPECT_EQ(std::string(reporters[0][0].c_str()), "12345");
  EXPECT_EQ(std::string(reporters[0][1].c_str()), "a");
  EXPECT_EQ(std::string(reporters[1][1].c_str()), "r-2");
}

}  // namespace
}  // namespace wangge::cases
