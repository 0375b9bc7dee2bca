// Forward-only schema migrations. A tool migrates; services only check.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace wangge::db {

// A file of a service's migrations/ folder: its name, NNNN_what, and text.
struct Migration {
  std::string name;
  std::string sql;
};

// Applies what is missing, each file in its own transaction, under an advisory
// lock, so that several may run at a time. FAILED_PRECONDITION when a file that
// was applied before has changed since.
absl::Status Migrate(const std::string& dsn, const std::string& service,
                     const std::vector<Migration>& migrations);

// OK when exactly these migrations were applied; else FAILED_PRECONDITION says
// which differ and to run wangge_migrate.
absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations);

}  // namespace wangge::db
