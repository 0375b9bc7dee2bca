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

// The lines of the plans that a pool with prefer_indexes keeps.
class Plans {
 public:
  explicit Plans(const std::string& dsn)
      : connection_(absl::StrCat(dsn,
                                 " options='-c enable_seqscan=off -c jit=off "
                                 "-c plan_cache_mode=force_generic_plan'")),
        work_(connection_) {}

  std::vector<std::string> Of(const db::Statement& statement) {
    const std::string name = statement.name;
    work_.exec(absl::StrCat("PREPARE ", name, " AS ", statement.text));
    const std::vector<std::string> nulls(ParametersOf(statement.text), "NULL");
    const std::string arguments =
        nulls.empty() ? "" : absl::StrCat("(", absl::StrJoin(nulls, ","), ")");
    std::vector<std::string> lines;
    for (const auto& row : work_.exec(
             absl::StrCat("EXPLAIN (COSTS OFF) EXECUTE ", name, arguments))) {
      lines.emplace_back(row[0].c_str());
    }
    return lines;
  }

 private:
  pqxx::connection connection_;
  pqxx::nontransaction work_;
};

// Regression: with 700,000 open cases the list of a unit that has 40 of them
// took a second, in one plan for a unit and for all.
TEST_F(StoreTest, TheListOfAUnitReadsItsOwnCasesOnly) {
  Plans plans(database_->dsn());
  for (const auto& [statement, index] :
       {std::make_pair(&sql::kListCasesOfUnit, "cases_lead_unit on"),
        std::make_pair(&sql::kListOpenCasesOfUnit, "cases_open_unit on")}) {
    const std::string plan = absl::StrJoin(plans.Of(*statement), "\n");
    EXPECT_TRUE(absl::StrContains(plan, index)) << plan;
    EXPECT_TRUE(absl::StrContains(plan, "Index Cond: ((lead_unit_id = "))
        << plan;
  }
}

TEST_F(StoreTest, NoStatementReadsAllOfAGrowingTable) {
  Plans plans(database_->dsn());
  for (const db::Statement* statement : sql::kStatements) {
    for (const std::string& line : plans.Of(*statement)) {
      for (const char* table :
           {"cases", "event", "feedback", "report", "reporter", "request",
            "referral", "case_search", "statistic", "merge_spot",
            "inventory_item"}) {
        EXPECT_FALSE(
            absl::StrContains(line, absl::StrCat("Seq Scan on ", table, " ")) ||
            absl::EndsWith(line, absl::StrCat("Seq Scan on ", table)))
            << statement->name << ": " << line;
      }
    }
  }
}

}  // namespace
}  // namespace wangge::cases
