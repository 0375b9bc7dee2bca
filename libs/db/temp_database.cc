#include "db/temp_database.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "db/pool.h"

namespace wangge::db {

absl::StatusOr<std::unique_ptr<TempDatabase>> TempDatabase::Create(
    const std::string& service, const std::vector<Migration>& migrations) {
  const char* server = std::getenv("WANGGE_TEST_DSN");
  if (server == nullptr) {
    return absl::FailedPreconditionError(
        "WANGGE_TEST_DSN is not set; tests/run starts a server and sets it");
  }
  auto database = std::unique_ptr<TempDatabase>(new TempDatabase);
  database->server_dsn_ = server;
  const std::string name =
      "test_" + absl::StrReplaceAll(NewUuid(), {{"-", ""}});
  RETURN_IF_ERROR(
      RunScript(database->server_dsn_, absl::StrCat("CREATE DATABASE ", name)));
  database->name_ = name;
  // The last of two equal keywords wins in a connection string.
  database->dsn_ = absl::StrCat(server, " dbname=", name);
  RETURN_IF_ERROR(Migrate(database->dsn_, service, migrations));
  return database;
}

TempDatabase::~TempDatabase() {
  if (name_.empty()) return;
  RunScript(server_dsn_, absl::StrCat("DROP DATABASE ", name_, " WITH (FORCE)"))
      .IgnoreError();
}

}  // namespace wangge::db
