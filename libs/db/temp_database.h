// A real PostgreSQL database that lives as long as a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "db/migrate.h"

namespace wangge::db {

// Creates a database on the server that WANGGE_TEST_DSN names (a connection
// string whose user may create databases) and drops it at the end.
class TempDatabase {
 public:
  static absl::StatusOr<std::unique_ptr<TempDatabase>> Create(
      const std::string& service, const std::vector<Migration>& migrations);
  ~TempDatabase();
  TempDatabase(const TempDatabase&) = delete;
  TempDatabase& operator=(const TempDatabase&) = delete;

  const std::string& dsn() const { return dsn_; }
  // The server's own database, for ending backends and the like.
  const std::string& server_dsn() const { return server_dsn_; }
  const std::string& name() const { return name_; }

 private:
  TempDatabase() = default;
  std::string server_dsn_;
  std::string name_;
  std::string dsn_;
};

}  // namespace wangge::db
