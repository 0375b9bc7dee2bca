// Brings a service's database schema up to date: a one-shot, run before the
// services start.
#include <cstdio>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_join.h"
#include "db/migrate.h"
#include "tools/migrate/migrations.h"

ABSL_FLAG(std::string, dsn, "",
          "PostgreSQL connection string; the password comes from PGPASSFILE.");
ABSL_FLAG(std::string, service, "", "A service that has a database.");

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Applies the migrations of one service.\nExample: wangge_migrate "
      "--service=cases --dsn='host=127.0.0.1 dbname=cases user=cases'");
  absl::ParseCommandLine(argc, argv);
  const auto& services = wangge::kMigrationsOfServices;
  const std::string service = absl::GetFlag(FLAGS_service);
  const auto found = services.find(service);
  if (found == services.end()) {
    const std::string names = absl::StrJoin(
        services, ", ",
        [](std::string* out, const auto& row) { *out += row.first; });
    std::fprintf(stderr, "--service=%s: must be one of %s\n", service.c_str(),
                 names.c_str());
    return 2;
  }
  const absl::Status status =
      wangge::db::Migrate(absl::GetFlag(FLAGS_dsn), service, *found->second);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
