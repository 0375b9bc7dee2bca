// What the statements of cases do in the plans that are made while the tables
// are empty and then kept.
#include "absl/strings/match.h"
#include "db/plans.h"
#include "gtest/gtest.h"
#include "services/cases/sql.h"
#include "services/cases/test_rooms.h"

namespace wangge::cases {
namespace {

// Regression: with 700,000 open cases the list of a unit that has 40 of them
// took a second, in one plan for a unit and for all.
TEST_F(RoomsTest, TheListOfAUnitReadsItsOwnCasesOnly) {
  db::Plans plans(database_->dsn());
  for (const auto& [statement, index] :
       {std::make_pair(&sql::kListCasesOfUnit, "cases_lead_unit on"),
        std::make_pair(&sql::kListOpenCasesOfUnit, "cases_open_unit on")}) {
    const std::string plan = plans.Of(*statement).ToString();
    EXPECT_TRUE(absl::StrContains(plan, index)) << plan;
    EXPECT_TRUE(absl::StrContains(plan, "Index Cond: ((lead_unit_id = "))
        << plan;
  }
}

TEST_F(RoomsTest, NoStatementReadsAllOfAGrowingTable) {
  db::Plans plans(database_->dsn());
  for (const db::Statement* statement : sql::kStatements) {
    const db::Plan plan = plans.Of(*statement);
    for (const char* table : {"cases", "event", "feedback", "report",
                              "reporter", "request", "referral", "case_search",
                              "statistic", "merge_spot", "inventory_item"}) {
      EXPECT_FALSE(plan.ReadsAllOf(table)) << statement->name << ":\n"
                                           << plan.ToString();
    }
  }
}

TEST_F(RoomsTest, NoStatementComparesAllPairsOfMany) {
  db::Plans plans(database_->dsn());
  for (const db::Statement* statement : sql::kStatements) {
    // At most 200 cases, and the words of one search.
    if (statement == &sql::kCommitChanges || statement == &sql::kSearchCases) {
      continue;
    }
    const db::Plan plan = plans.Of(*statement);
    EXPECT_FALSE(plan.ComparesAllPairs()) << statement->name << ":\n"
                                          << plan.ToString();
  }
}

}  // namespace
}  // namespace wangge::cases
