// PostgreSQL without exceptions: named statements, prepared once per connection
// and sent in one round trip.
//
// Every statement must be safe to repeat, because a statement whose connection
// broke is run again: nobody can know whether it was committed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "db/array.h"

namespace pqxx {
class result;
class transaction_base;
}  // namespace pqxx

namespace wangge::db {

class Watchdog;

// A statement of a service's sql/ folder; the name is its file's.
struct Statement {
  const char* name;
  const char* text;
};

// A parameter: NULL, or a text that the server reads as what the statement
// casts it to, or the binary form of that.
class Param {
 public:
  Param(const std::string& text) : value_(text) {}  // NOLINT: implicit
  Param(const char* text) : value_(text) {}         // NOLINT: implicit
  Param(int64_t number)                             // NOLINT: implicit
      : value_(std::to_string(number)) {}
  Param(int number) : Param(static_cast<int64_t>(number)) {}  // NOLINT
  Param(bool flag) : value_(flag ? "t" : "f") {}  // NOLINT: implicit
  Param(absl::Time time);                         // NOLINT: implicit
  Param(const Array& array)                       // NOLINT: implicit
      : value_(array.Binary()), is_binary_(true) {}
  Param(std::nullopt_t) {}  // NOLINT: implicit
  static Param Bytes(const std::string& bytes) {
    Param param(bytes);
    param.is_binary_ = true;
    return param;
  }

  const std::optional<std::string>& value() const { return value_; }
  bool is_binary() const { return is_binary_; }

 private:
  std::optional<std::string> value_;
  bool is_binary_ = false;
};
using Params = std::vector<Param>;

// The rows of an answer. Columns are named; a wrong name is a programming error
// and ends the process. Immutable, so thread-safe.
class Rows {
 public:
  explicit Rows(std::shared_ptr<const pqxx::result> result);
  int size() const;
  bool empty() const { return size() == 0; }
  bool IsNull(int row, const char* column) const;
  // Empty for NULL.
  std::string Text(int row, const char* column) const;
  // 0 for NULL.
  int64_t Int(int row, const char* column) const;
  bool Bool(int row, const char* column) const;
  std::string Bytes(int row, const char* column) const;
  // The epoch for NULL. Reads `extract(epoch …)` style numbers in microseconds.
  absl::Time TimeOfMicros(int row, const char* column) const;

 private:
  std::shared_ptr<const pqxx::result> result_;
};

// A transaction of several statements; see Pool::Transact.
class Transaction {
 public:
  Transaction(pqxx::transaction_base* work, Watchdog* watchdog)
      : work_(work), watchdog_(watchdog) {}
  absl::StatusOr<Rows> Query(const Statement& statement, const Params& params);

 private:
  pqxx::transaction_base* work_;
  Watchdog* watchdog_;
};

struct PoolOptions {
  // libpq's connection string; the password comes from PGPASSFILE.
  std::string dsn;
  // Connections, 1 to 100.
  int size = 8;
  // Prepared on every connection.
  std::vector<const Statement*> statements;
  // A statement that runs longer is ended by the server; two seconds later the
  // connection is given up, for the server hangs.
  absl::Duration statement_timeout = absl::Seconds(10);
  // No statement reads a whole table where an index can be used. Plans are made
  // once and kept: one made while a table is empty, where reading all of it is
  // cheapest, would be a disaster a hundred thousand rows later.
  bool prefer_indexes = false;
};

// libpq's options by which the connections of a pool plan statements.
std::string PlannerOptions(bool prefer_indexes);

// A fixed number of connections, opened when needed. Thread-safe.
class Pool {
 public:
  // Opens one connection to prove that the options are right.
  static absl::StatusOr<std::unique_ptr<Pool>> Open(const PoolOptions& options);
  ~Pool();

  // Runs one statement in its own transaction, one round trip. Waits for a free
  // connection until `deadline`. Repeats it on serialization failures,
  // deadlocks and broken connections, three times at most.
  // Errors: UNAVAILABLE, DEADLINE_EXCEEDED, ABORTED, ALREADY_EXISTS,
  // FAILED_PRECONDITION, RESOURCE_EXHAUSTED, INTERNAL; messages carry no SQL.
  absl::StatusOr<Rows> Query(const Statement& statement, const Params& params,
                             absl::Time deadline);

  // Runs `body` in one transaction and commits when it returns OK. Repeated
  // like Query, so `body` must have no effects of its own.
  absl::Status Transact(const char* name,
                        const std::function<absl::Status(Transaction&)>& body,
                        absl::Time deadline);

 private:
  class Impl;
  explicit Pool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Runs SQL text on a connection of its own: for migrations and tests.
absl::Status RunScript(const std::string& dsn, const std::string& sql);

}  // namespace wangge::db
