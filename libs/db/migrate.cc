#include "db/migrate.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <pqxx/pqxx>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "log/log.h"

namespace wangge::db {
namespace {

constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS wangge_schema_version ("
    " service text NOT NULL, name text NOT NULL, checksum text NOT NULL,"
    " apply_time timestamptz NOT NULL DEFAULT now(),"
    " PRIMARY KEY (service, name))";
// Of a migration before 0.2.0: empty.
constexpr char kAddServes[] =
    "ALTER TABLE wangge_schema_version"
    " ADD COLUMN IF NOT EXISTS serves text NOT NULL DEFAULT ''";
// Read as JSON, because a database of 0.1.0 does not have the column.
constexpr char kSelectApplied[] =
    "SELECT name, checksum, coalesce(to_jsonb(v) ->> 'serves', '')"
    " FROM wangge_schema_version v WHERE service = $1";
constexpr char kInsertApplied[] =
    "INSERT INTO wangge_schema_version (service, name, checksum, serves)"
    " VALUES ($1, $2, $3, $4)";
// What an interrupted CREATE INDEX CONCURRENTLY leaves behind; IF NOT EXISTS
// would take it for the index.
constexpr char kSelectInvalidIndexes[] =
    "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid";

constexpr auto kLockInterval = std::chrono::milliseconds(100);

struct Applied {
  std::string checksum;
  std::string serves;
};
using AppliedByName = std::map<std::string, Applied>;

// What the comments at the top of a migration say.
struct Header {
  std::string serves;
  bool concurrently = false;
  std::vector<std::string> checksums_before;
};

Header HeaderOf(const Migration& migration) {
  Header header;
  for (absl::string_view line : absl::StrSplit(migration.sql, '\n')) {
    if (!absl::ConsumePrefix(&line, "-- ")) break;
    if (absl::ConsumePrefix(&line, "serves: ")) {
      header.serves = std::string(line);
    } else if (absl::ConsumePrefix(&line, "applied before as: ")) {
      header.checksums_before.emplace_back(line);
    } else if (line == "concurrently") {
      header.concurrently = true;
    }
  }
  return header;
}

std::string Checksum(const Migration& migration) {
  return ToHex(Sha256(migration.sql));
}

// FAILED_PRECONDITION when it was applied with another text.
absl::Status CheckUnchanged(const Migration& migration,
                            const Applied& applied) {
  const auto before = HeaderOf(migration).checksums_before;
  if (applied.checksum == Checksum(migration) ||
      std::find(before.begin(), before.end(), applied.checksum) !=
          before.end()) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(absl::StrCat(
      "migration ", migration.name,
      " was changed after it was applied (the database has checksum ",
      applied.checksum, ", the program ", Checksum(migration),
      "): undo the change and add a new migration instead"));
}

using Version = std::array<int, 3>;

std::optional<Version> ParseVersion(const std::string& text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  Version version;
  if (parts.size() != version.size()) return std::nullopt;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (!absl::SimpleAtoi(parts[i], &version[i])) return std::nullopt;
  }
  return version;
}

// Whether programs of `version` work on a schema that serves those from
// `serves` on.
bool Serves(const std::string& serves, const std::string& version) {
  const auto oldest = ParseVersion(serves);
  const auto own = ParseVersion(version);
  return oldest && own && *oldest <= *own;
}

AppliedByName ReadApplied(pqxx::transaction_base& work,
                          const std::string& service) {
  AppliedByName applied;
  for (const auto& row : work.exec_params(kSelectApplied, service)) {
    applied[row[0].c_str()] = {row[1].c_str(), row[2].c_str()};
  }
  return applied;
}

// Waits for whoever migrates at the moment; ends with the connection. Asks
// again and again, because who waits inside a statement has a snapshot, for
// whose end CREATE INDEX CONCURRENTLY would wait in turn.
void Lock(pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  while (!work.exec1("SELECT pg_try_advisory_lock(75350)")[0].as<bool>()) {
    std::this_thread::sleep_for(kLockInterval);
  }
}

void Record(const std::string& service, const Migration& migration,
            pqxx::transaction_base& work) {
  work.exec_params(kInsertApplied, service, migration.name, Checksum(migration),
                   HeaderOf(migration).serves);
}

void ApplyConcurrently(const std::string& service, const Migration& migration,
                       pqxx::connection& connection) {
  pqxx::nontransaction work(connection);
  for (const auto& row : work.exec(kSelectInvalidIndexes)) {
    work.exec(absl::StrCat("DROP INDEX ", row[0].c_str()));
  }
  work.exec(migration.sql);
  Record(service, migration, work);
}

void Apply(const std::string& service, const Migration& migration,
           pqxx::connection& connection) {
  if (HeaderOf(migration).concurrently) {
    ApplyConcurrently(service, migration, connection);
  } else {
    pqxx::work work(connection);
    work.exec(migration.sql);
    Record(service, migration, work);
    work.commit();
  }
  log::Info("migrated",
            {{"service_schema", service}, {"migration", migration.name}});
}

template <typename Body>
absl::Status WithoutExceptions(const Body& body) {
  try {
    return body();
  } catch (const std::exception& fault) {
    return absl::UnavailableError(absl::StrCat("database: ", fault.what()));
  }
}

// FAILED_PRECONDITION when a migration that this program does not know does not
// serve it.
absl::Status CheckNewer(const AppliedByName& newer, const std::string& service,
                        const std::string& release) {
  for (const auto& [name, applied] : newer) {
    if (Serves(applied.serves, release)) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        "the database of ", service, " has migration ", name,
        ", which serves programs from release ",
        applied.serves.empty() ? "(unknown)" : applied.serves,
        " on; this program is of release ", release, ": run a newer one"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Migrate(const std::string& dsn, const std::string& service,
                     const std::vector<Migration>& migrations) {
  return WithoutExceptions([&]() -> absl::Status {
    pqxx::connection connection(dsn);
    Lock(connection);
    AppliedByName applied;
    {
      pqxx::work work(connection);
      work.exec("SET LOCAL client_min_messages = warning");
      work.exec(kCreateTable);
      work.exec(kAddServes);
      applied = ReadApplied(work, service);
      work.commit();
    }
    for (const Migration& migration : migrations) {
      const auto found = applied.find(migration.name);
      if (found != applied.end()) {
        RETURN_IF_ERROR(CheckUnchanged(migration, found->second));
        continue;
      }
      const absl::Status done = WithoutExceptions([&]() -> absl::Status {
        Apply(service, migration, connection);
        return absl::OkStatus();
      });
      if (!done.ok()) {
        return absl::Status(
            done.code(),
            absl::StrCat("migration ", migration.name, " of ", service,
                         " was not applied: ", std::string(done.message())));
      }
    }
    return absl::OkStatus();
  });
}

absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations,
                           const std::string& release) {
  return WithoutExceptions([&]() -> absl::Status {
    pqxx::connection connection(dsn);
    pqxx::nontransaction work(connection);
    const bool table_exists =
        !work.exec("SELECT to_regclass('wangge_schema_version')")[0][0]
             .is_null();
    AppliedByName applied =
        table_exists ? ReadApplied(work, service) : AppliedByName();
    for (const Migration& migration : migrations) {
      const auto found = applied.find(migration.name);
      if (found == applied.end()) {
        return absl::FailedPreconditionError(absl::StrCat(
            "the database of ", service, " lacks migration ", migration.name,
            ": run wangge_migrate --service=", service));
      }
      RETURN_IF_ERROR(CheckUnchanged(migration, found->second));
      applied.erase(found);
    }
    return CheckNewer(applied, service, release);
  });
}

absl::Status CheckMigrated(const std::string& dsn, const std::string& service,
                           const std::vector<Migration>& migrations) {
  return CheckMigrated(dsn, service, migrations, WANGGE_RELEASE);
}

}  // namespace wangge::db
