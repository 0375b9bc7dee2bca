// The plans of statements, for tests: a pool keeps one plan for all parameters,
// made while the tables are empty.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <utility>
#include <vector>

#include "db/pool.h"

namespace wangge::db {

class Plan {
 public:
  explicit Plan(std::vector<std::string> lines) : lines_(std::move(lines)) {}

  // True when it reads all rows of a table.
  bool ReadsAllOf(const std::string& table) const;
  // True when a join compares every row of one side with every row of the
  // other: fine for a few rows, minutes for a whole city.
  bool ComparesAllPairs() const;
  std::string ToString() const;

 private:
  std::vector<std::string> lines_;
};

// Makes plans as a pool with prefer_indexes does. Not thread-safe.
class Plans {
 public:
  // Throws std::exception when there is no such database.
  explicit Plans(const std::string& dsn);
  Plan Of(const Statement& statement);

 private:
  pqxx::connection connection_;
  pqxx::nontransaction work_;
};

}  // namespace wangge::db
