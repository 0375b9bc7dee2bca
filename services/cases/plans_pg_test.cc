// No statement reads all of a table that grows, in the plan that is made while
// the tables are empty and then kept.
#include <pqxx/pqxx>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gtest/gtest.h"
#include "services/cases/sql.h"
#include "services/cases/store_fixture.h"

namespace wangge::cases {
namespace {

// The highest number of a parameter in a statement.
size_t ParametersOf(const std::string& text) {
  size_t most = 0;
  for (size_t at = text.find('$'); at != std::string::npos;
       at = text.find('$', at + 1)) {
    most = std::max(most, std::strtoul(text.c_str() + at + 1, nullptr, 10));
  }
  return most;
}

TEST_F(StoreTest, NoStatementReadsAllOfAGrowingTable) {
  // As the pool has it with prefer_indexes.
  pqxx::connection connection(
      absl::StrCat(database_->dsn(),
                   " options='-c enable_seqscan=off -c jit=off -c "
                   "plan_cache_mode=force_generic_plan'"));
  pqxx::nontransaction work(connection);
  for (const db::Statement* statement : sql::kStatements) {
    const std::string name = statement->name;
    work.exec(absl::StrCat("PREPARE ", name, " AS ", statement->text));
    const std::vector<std::string> nulls(ParametersOf(statement->text), "NULL");
    const std::string arguments =
        nulls.empty() ? "" : absl::StrCat("(", absl::StrJoin(nulls, ","), ")");
    for (const auto& row : work.exec(
             absl::StrCat("EXPLAIN (COSTS OFF) EXECUTE ", name, arguments))) {
      const std::string line = row[0].c_str();
      for (const char* table :
           {"cases", "event", "feedback", "report", "reporter", "request",
            "referral", "case_search", "statistic", "merge_spot",
            "inventory_item"}) {
        EXPECT_FALSE(
            absl::StrContains(line, absl::StrCat("Seq Scan on ", table, " ")) ||
            absl::EndsWith(line, absl::StrCat("Seq Scan on ", table)))
            << name << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace wangge::cases
