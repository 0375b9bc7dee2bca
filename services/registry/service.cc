#include "services/registry/service.h"

#include <utility>

#include "base/file.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "services/registry/change_sets.h"
#include "services/registry/import_stream.h"
#include "services/registry/sql.h"
#include "services/registry/validate.h"
#include "services/registry/versions.h"

namespace wangge::registry {
namespace {

// How long a version of another replica may stay unseen.
constexpr absl::Duration kRefreshInterval = absl::Milliseconds(100);

std::vector<rpc::Row> RegistryRows(Registry* registry) {
  using rpc::kWorker;
  return rpc::RowsOf(
      registry, {
                    {"ImportCity", &ImportCity, rpc::kClientStream},
                    {"WatchCity", Validate, &WatchCity, rpc::kServerStream},
                    {"GetCityVersion", Validate, &GetCityVersion, kWorker},
                    {"ListCityVersions", Validate, &ListCityVersions, kWorker},
                    {"DiffCityVersions", Validate, &DiffCityVersions, kWorker},
                    {"GetRowHistory", Validate, &GetRowHistory, kWorker},
                    {"CheckCity", Validate, &CheckCity, kWorker},
                    {"WhoIsResponsible", Validate, &WhoIsResponsible, kWorker},
                    {"ProposeChangeSet", Validate, &ProposeChangeSet, kWorker},
                    {"ProposeRollback", Validate, &ProposeRollback, kWorker},
                    {"ApproveChangeSet", Validate, &ApproveChangeSet, kWorker},
                    {"RejectChangeSet", Validate, &RejectChangeSet, kWorker},
                    {"GetChangeSet", Validate, &GetChangeSet, kWorker},
                    {"ListChangeSets", Validate, &ListChangeSets, kWorker},
                });
}

}  // namespace

RegistryService::RegistryService(rpc::Runtime* runtime,
                                 std::unique_ptr<db::Pool> pool,
                                 const std::string& signing_key)
    : pool_(std::move(pool)),
      store_(pool_.get()),
      feed_(&store_),
      ledger_(&store_, [this](const CityPtr& city) { Publish(city); }),
      certifier_(&ledger_, &store_, signing_key),
      registry_{*runtime, store_, ledger_, feed_, certifier_},
      refresh_("refresh", kRefreshInterval, [this] {
        Refresh();
        return false;
      }) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> RegistryService::Create(
    const rpc::Environment& environment) {
  RETURN_IF_ERROR(
      db::CheckMigrated(environment.dsn, "registry", sql::kMigrations));
  db::PoolOptions options;
  options.dsn = environment.dsn;
  options.size = environment.db_connections;
  options.statements = sql::kStatements;
  options.statement_timeout = absl::Seconds(60);
  ASSIGN_OR_RETURN(auto pool, db::Pool::Open(options));
  // The key by which everybody knows the registry signs its certificates too.
  ASSIGN_OR_RETURN(const std::string key, ReadFile(environment.tls.key));
  auto service = std::unique_ptr<RegistryService>(
      new RegistryService(environment.runtime, std::move(pool), key));
  ASSIGN_OR_RETURN(service->rows_, rpc::RowService::Create(
                                       environment.runtime,
                                       "wangge.registry.v1.RegistryService",
                                       {RegistryRows(&service->registry_)}));
  return service;
}

void RegistryService::Drain() {
  refresh_.Stop();
  certifier_.Stop();
  feed_.Close();
}

void RegistryService::Publish(const CityPtr& city) {
  holder_.Set(city);
  feed_.Publish(city);
}

void RegistryService::Refresh() {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  const CityPtr before = ledger_.Current();
  const absl::Status status = ledger_.Refresh(deadline);
  // An empty registry waits for its first import.
  if (status.ok() || absl::IsNotFound(status)) ready_ = true;
  if (absl::IsNotFound(status)) return;
  if (!status.ok()) {
    log::Error("the stored city cannot be used",
               {{"cause", std::string(status.message())}});
    return;
  }
  ledger_.ActivateDue(deadline);
  if (ledger_.Current() != before) certifier_.Wake();
}

}  // namespace wangge::registry
