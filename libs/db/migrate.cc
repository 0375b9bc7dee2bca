#include "db/migrate.h"

#include <exception>
#include <map>
#include <pqxx/pqxx>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "log/log.h"

namespace wangge::db {
namespace {

constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS wangge_schema_version ("
    " service text NOT NULL, name text NOT NULL, checksum text NOT NULL,"
    " apply_time timestamptz NOT NULL DEFAULT now(),"
    " PRIMARY KEY (service, name))";

std::string Checksum(const Migration& migration) {
  return ToHex(Sha256(migration.sql));
}

std::map<std::string, std::string> Applied(pqxx::transaction_base& work,
                                           const std::string& service) {
  std::map<std::string, std::string> applied;
  for (const auto& row : work.exec_params(
           "SELECT name, checksum FROM wangge_schema_version WHERE service=$1",
           service)) {
    applied[row[0].c_str()] = row[1].c_str();
  }
  return applied;
}

absl::Status Changed(const std::string& name) {
  return absl::FailedPreconditionError(absl::StrCat(
      "migration ", name, " was changed after it was applied; add a new file"));
}

absl::Status Apply(pqxx::connection& connection, const std::string& service,
                   const Migration& migration) {
  pqxx::work work(connection);
  work.exec("SELECT pg_advisory_xact_lock(75350)");
  work.exec(kCreateTable);
  const auto applied = Applied(work, service);
  const auto found = applied.find(migration.name);
  if (found != applied.end()) {
    return found->second == Checksum(migration) ? absl::OkStatus()
                                                : Changed(migration.name);
  }
  work.exec(migration.sql);
  work.exec_params(
      "INSERT INTO wangge_schema_version (service, name, checksum)"
      " VALUES ($1, $2, $3)",
      service, migration.name, Checksum(migration));
  work.commit();
  log::Info("migrated",
            {{"service_schema", service}, {"migration", migration.name}});
  return absl::OkStatus();
}

template <typename Body>
absl::Status WithoutExceptions(const Body& body) {
  try {
    return body();
  } catch (const std::exception& fault) {
    return absl::UnavailableError(absl::StrCat("database: ", fault.what()));
  }
}

}  // namespace

absl::Status Migrate(const std::string& dsn, const std::string& service,
                     const std::vector<Migration>& migrations) {
  return WithoutExceptions([&]() -> absl::Status {
    pqxx::connection connection(dsn);
    for (const Migration& migration : migrations) {
      absl::Status status = Apply(connection, service, migration);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  });
}

absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations) {
  return WithoutExceptions([&]() -> absl::Status {
    pqxx::connection connection(dsn);
    pqxx::nontransaction work(connection);
    const bool table_exists =
        !work.exec("SELECT to_regclass('wangge_schema_version')")[0][0]
             .is_null();
    auto applied = table_exists ? Applied(work, service)
                                : std::map<std::string, std::string>();
    for (const Migration& migration : migrations) {
      const auto found = applied.find(migration.name);
      if (found == applied.end()) {
        return absl::FailedPreconditionError(
            absl::StrCat("migration ", migration.name, " of ", service,
                         " was not applied; run wangge_migrate"));
      }
      if (found->second != Checksum(migration)) return Changed(migration.name);
      applied.erase(found);
    }
    if (applied.empty()) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat(
        "the database has migration ", applied.begin()->first, " of ", service,
        ", which this program does not know; run the newer program"));
  });
}

}  // namespace wangge::db
