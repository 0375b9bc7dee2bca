#include "services/registry/service.h"

#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "services/registry/import.h"
#include "services/registry/sql.h"

namespace wangge::registry {
namespace {

constexpr char kImportCity[] = "/wangge.registry.v1.RegistryService/ImportCity";
constexpr char kGetCityVersion[] =
    "/wangge.registry.v1.RegistryService/GetCityVersion";
constexpr char kWatchCity[] = "/wangge.registry.v1.RegistryService/WatchCity";
constexpr absl::Duration kImportTime = absl::Minutes(2);

absl::Status ValidateGetCityVersion(const v1::GetCityVersionRequest& request) {
  errors::Violations v;
  v.Require(request.version() >= 0, "version", "is negative; 0 is the newest");
  return v.ToStatus();
}

}  // namespace

// Gathers the rows of an import, then runs it on a worker.
class RegistryService::ImportStream
    : public grpc::ServerReadReactor<v1::ImportCityRequest> {
 public:
  ImportStream(RegistryService* service, std::string author,
               v1::ImportCityResponse* response)
      : service_(*service), author_(std::move(author)), response_(*response) {
    StartRead(&incoming_);
  }

  void OnReadDone(bool ok) override {
    if (ok) {
      Gather();
      StartRead(&incoming_);
    } else if (!service_.runtime_.executor().TryPost([this] { Run(); })) {
      Finish(rpc::ToGrpc(errors::Overloaded(service_.runtime_.retry_delay())));
    }
  }

  void OnDone() override { delete this; }

 private:
  void Gather() {
    if (!incoming_.comment().empty()) comment_ = incoming_.comment();
    for (auto& row : *incoming_.mutable_rows()) {
      const city::CityRowKey key = city::KeyOf(row);
      faulty_rows_ += key.id().empty() ? 1 : 0;
      rows_[city::KeyText(key)] =
          std::make_shared<const city::CityRow>(std::move(row));
    }
  }

  void Run() {
    auto result = faulty_rows_ == 0
                      ? service_.Import(rows_, author_, comment_)
                      : absl::StatusOr<v1::ImportCityResponse>(Faulty());
    if (result.ok()) response_ = *result;
    log::Info("import", {{"author", author_},
                         {"rows", rows_.size()},
                         {"cause", std::string(result.status().message())}});
    Finish(rpc::ToGrpc(result.status()));
  }

  absl::Status Faulty() const {
    errors::Violations v;
    v.Add("rows", absl::StrCat(faulty_rows_, " rows have no kind or no id"));
    return v.ToStatus();
  }

  RegistryService& service_;
  const std::string author_;
  v1::ImportCityResponse& response_;
  v1::ImportCityRequest incoming_;
  city::RowMap rows_;
  std::string comment_;
  int faulty_rows_ = 0;
};

RegistryService::RegistryService(rpc::Runtime* runtime,
                                 std::unique_ptr<db::Pool> pool)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      store_(pool_.get()),
      feed_(&store_),
      get_city_version_(
          runtime, kGetCityVersion, ValidateGetCityVersion,
          [this](const rpc::Call& call, const v1::GetCityVersionRequest& r) {
            return store_.GetVersion(r.version(), call.deadline);
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
  auto service = std::unique_ptr<RegistryService>(
      new RegistryService(environment.runtime, std::move(pool)));
  service->refresh_ = std::make_unique<exec::Periodic>(
      "refresh", absl::Seconds(1), [raw = service.get()] {
        raw->Refresh();
        return false;
      });
  return service;
}

void RegistryService::Drain() {
  refresh_->Stop();
  feed_.Close();
}

void RegistryService::Adopt(const std::shared_ptr<const city::City>& city) {
  holder_.Set(city);
  feed_.Publish(city);
}

void RegistryService::Refresh() {
  const absl::Time deadline = absl::Now() + absl::Minutes(1);
  MutexLock lock(&import_mutex_);
  const auto newest = store_.GetVersion(0, deadline);
  if (absl::IsNotFound(newest.status())) {
    ready_ = true;  // An empty registry waits for its first import.
    return;
  }
  if (!newest.ok()) return;  // Logged by the pool; tried again soon.
  const auto held = holder_.Get();
  if (held != nullptr && held->version().version() == newest->version()) return;
  auto rows = store_.LoadRows(deadline);
  if (!rows.ok()) return;
  auto city = city::City::Build(*newest, *std::move(rows));
  if (!city.ok() ||
      (*city)->version().content_hash() != newest->content_hash()) {
    log::Error("the stored city cannot be used",
               {{"version", newest->version()},
                {"cause", std::string(city.status().message())}});
    return;
  }
  Adopt(*city);
  ready_ = true;
}

absl::StatusOr<v1::ImportCityResponse> RegistryService::Import(
    const city::RowMap& rows, const std::string& author,
    const std::string& comment) {
  MutexLock lock(&import_mutex_);
  const absl::Time now = absl::Now();
  ASSIGN_OR_RETURN(
      const ImportResult result,
      registry::ImportCity(rows, author, comment, now, holder_.Get(), &store_,
                           now + kImportTime));
  if (result.city != holder_.Get()) Adopt(result.city);
  return result.response;
}

grpc::ServerReadReactor<v1::ImportCityRequest>* RegistryService::ImportCity(
    grpc::CallbackServerContext* context, v1::ImportCityResponse* response) {
  auto caller = rpc::AdmitStream(runtime_, *context, kImportCity);
  if (!caller.ok()) {
    return new rpc::RefusedStream<
        grpc::ServerReadReactor<v1::ImportCityRequest>>(caller.status());
  }
  return new ImportStream(this, caller->Text(), response);
}

grpc::ServerWriteReactor<v1::WatchCityResponse>* RegistryService::WatchCity(
    grpc::CallbackServerContext* context, const v1::WatchCityRequest* request) {
  const auto caller = rpc::AdmitStream(runtime_, *context, kWatchCity);
  if (!caller.ok()) {
    return new rpc::RefusedStream<
        grpc::ServerWriteReactor<v1::WatchCityResponse>>(caller.status());
  }
  auto stream = std::make_shared<CityStream>(request->held_version());
  stream->Begin(stream);
  // Reading the difference may block, so it is a worker's job.
  if (!runtime_.executor().TryPost(
          [this, stream] { feed_.Add(stream, holder_.Get()); })) {
    stream->Close(errors::Overloaded(runtime_.retry_delay()));
  }
  return stream.get();
}

}  // namespace wangge::registry
