// Brings a service's database schema up to date: a one-shot, run before the
// services start.
#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "db/migrate.h"
#include "services/cases/sql.h"
#include "services/command/sql.h"
#include "services/registry/sql.h"

ABSL_FLAG(std::string, dsn, "",
          "PostgreSQL connection string; the password comes from PGPASSFILE.");
ABSL_FLAG(std::string, service, "", "registry, cases or command.");

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Applies the migrations of one service.\nExample: wangge_migrate "
      "--service=cases --dsn='host=127.0.0.1 dbname=cases user=cases'");
  absl::ParseCommandLine(argc, argv);
  const std::map<std::string, const std::vector<wangge::db::Migration>*>
      services = {{"registry", &wangge::registry::sql::kMigrations},
                  {"cases", &wangge::cases::sql::kMigrations},
                  {"command", &wangge::command::sql::kMigrations}};
  const std::string service = absl::GetFlag(FLAGS_service);
  const auto found = services.find(service);
  if (found == services.end()) {
    std::fprintf(stderr, "--service=%s: use registry, cases or command\n",
                 service.c_str());
    return 2;
  }
  const absl::Status status =
      wangge::db::Migrate(absl::GetFlag(FLAGS_dsn), service, *found->second);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
