// Forward-only schema migrations. A tool migrates; services only check.
//
// A migration is a file of a service's migrations/ folder. It never changes
// once it is released, it keeps the data, and the programs of the release
// before it go on working on what it leaves behind: so replicas can be
// exchanged one by one. Lines of comment at the top of the file say what is
// special about it:
//
//   -- serves: 0.1.0       the oldest release whose programs work on the schema
//                          after it. Required from 0.2.0 on.
//   -- concurrently        it is one statement that PostgreSQL does not run in
//   a
//                          transaction and that can be repeated, for example
//                          CREATE INDEX CONCURRENTLY IF NOT EXISTS.
//   -- applied before as: SHA256
//                          the file was changed in a way that makes no
//                          difference to a database that has it already.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace wangge::db {

// The file's name, NNNN_what, and its text.
struct Migration {
  std::string name;
  std::string sql;
};

// Applies what is missing, in order, each in a transaction with the row that
// says so: whoever is interrupted is followed by a second run that finishes. Of
// several that run at a time one works and the others wait for it.
// FAILED_PRECONDITION when a file that was applied before has changed since;
// what an error names was not applied, all before it was. Thread-safe.
absl::Status Migrate(const std::string& dsn, const std::string& service,
                     const std::vector<Migration>& migrations);

// OK when all these migrations were applied and those besides, of newer
// releases, serve programs of `release` too; else FAILED_PRECONDITION says
// which do not and what to do. `release` is MAJOR.MINOR.PATCH; without it, that
// of this program. Thread-safe.
absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations,
                           const std::string& release);
absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations);

}  // namespace wangge::db
