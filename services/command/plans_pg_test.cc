// What the statements of command do in the plans that are made while the tables
// are empty and then kept.
#include "db/plans.h"
#include "services/command/instructions_fixture.h"

namespace wangge::command {
namespace {

TEST_F(InstructionsTest, NoStatementReadsAllOfAGrowingTable) {
  db::Plans plans(database_->dsn());
  for (const db::Statement* statement : sql::kStatements) {
    const db::Plan plan = plans.Of(*statement);
    for (const char* table :
         {"delivery", "delivery_recipient", "audience_place", "instruction",
          "instruction_request", "mobilisation_grid", "household_report"}) {
      EXPECT_FALSE(plan.ReadsAllOf(table)) << statement->name << ":\n"
                                           << plan.ToString();
    }
  }
}

// Regression: the reach of a whole city took nine seconds, and escalating its
// silence half a minute, in which nobody got anything new.
TEST_F(InstructionsTest, NoStatementComparesAllPairsOfMany) {
  db::Plans plans(database_->dsn());
  for (const db::Statement* statement : sql::kStatements) {
    // At most as many deliveries as receipts come together.
    if (statement == &sql::kRecordReceipts) continue;
    const db::Plan plan = plans.Of(*statement);
    EXPECT_FALSE(plan.ComparesAllPairs()) << statement->name << ":\n"
                                          << plan.ToString();
  }
}

}  // namespace
}  // namespace wangge::command
