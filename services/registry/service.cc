#include "services/registry/service.h"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "log/log.h"
#include "services/registry/import_stream.h"
#include "services/registry/questions.h"
#include "services/registry/sql.h"
#include "services/registry/validate.h"

namespace wangge::registry {
namespace {

constexpr char kImportCity[] = "/wangge.registry.v1.RegistryService/ImportCity";
constexpr char kWatchCity[] = "/wangge.registry.v1.RegistryService/WatchCity";
constexpr absl::Duration kImportTime = absl::Minutes(2);
// How long a version of another replica may stay unseen.
constexpr absl::Duration kRefreshInterval = absl::Milliseconds(100);
constexpr int kUsualPage = 50;

int PageSize(int asked) { return asked == 0 ? kUsualPage : asked; }

absl::Status ForeignToken() {
  errors::Violations v;
  v.Add("page_token", "is not one of ours; start without it");
  return v.ToStatus();
}

// Whether a caller may change the city: the city's engineers, and people of
// operation centres, who plan the grids.
absl::Status RequireEditor(const CityPtr& city, const rpc::Caller& caller) {
  if (caller.officer_id.empty()) return absl::OkStatus();  // Policy's to say.
  const city::Officer* officer =
      city == nullptr ? nullptr : city->FindOfficer(caller.officer_id);
  const city::Unit* unit =
      officer == nullptr ? nullptr : city->FindUnit(officer->unit_id());
  if (unit != nullptr && unit->kind() == v1::UNIT_KIND_OPERATION_CENTRE) {
    return absl::OkStatus();
  }
  return errors::NotYours("city", "city", caller.Text());
}

// What every method is made of: its path, its validation, its work.
template <typename Request, typename Response>
rpc::Method<Request, Response> MakeMethod(
    rpc::Runtime* runtime, const std::string& name,
    typename rpc::Method<Request, Response>::Handler handler) {
  return {runtime, absl::StrCat("/wangge.registry.v1.RegistryService/", name),
          [](const Request& request) { return Validate(request); },
          std::move(handler)};
}

}  // namespace

RegistryService::RegistryService(rpc::Runtime* runtime,
                                 std::unique_ptr<db::Pool> pool,
                                 const std::string& signing_key)
    : runtime_(*runtime),
      pool_(std::move(pool)),
      store_(pool_.get()),
      feed_(&store_),
      ledger_(&store_, [this](const CityPtr& city) { Publish(city); }),
      get_city_version_(MakeMethod<v1::GetCityVersionRequest, v1::CityVersion>(
          runtime, "GetCityVersion",
          [this](const rpc::Call& call, const auto& r) {
            return store_.GetVersion(r.version(), call.deadline);
          })),
      list_city_versions_(
          MakeMethod<v1::ListCityVersionsRequest, v1::ListCityVersionsResponse>(
              runtime, "ListCityVersions",
              [this](const rpc::Call& call, const auto& r)
                  -> absl::StatusOr<v1::ListCityVersionsResponse> {
                int64_t before = std::numeric_limits<int64_t>::max();
                if (!r.page_token().empty() &&
                    !absl::SimpleAtoi(r.page_token(), &before)) {
                  return ForeignToken();
                }
                const int size = PageSize(r.page_size());
                ASSIGN_OR_RETURN(
                    const auto versions,
                    store_.ListVersions(before, size, call.deadline));
                v1::ListCityVersionsResponse response;
                for (const auto& version : versions) {
                  *response.add_versions() = version;
                }
                if (response.versions_size() == size) {
                  response.set_next_page_token(
                      absl::StrCat(versions.back().version()));
                }
                return response;
              })),
      diff_city_versions_(
          MakeMethod<v1::DiffCityVersionsRequest, v1::DiffCityVersionsResponse>(
              runtime, "DiffCityVersions",
              [this](const rpc::Call& call, const auto& r)
                  -> absl::StatusOr<v1::DiffCityVersionsResponse> {
                ASSIGN_OR_RETURN(const CityPtr from,
                                 ledger_.At(r.from_version(), call.deadline));
                ASSIGN_OR_RETURN(const CityPtr to,
                                 ledger_.At(r.to_version(), call.deadline));
                return Diff(*from, *to, r);
              })),
      get_row_history_(
          MakeMethod<v1::GetRowHistoryRequest, v1::GetRowHistoryResponse>(
              runtime, "GetRowHistory",
              [this](const rpc::Call& call, const auto& r) {
                return RowHistory(r.key(), call.deadline);
              })),
      propose_change_set_(
          MakeMethod<v1::ProposeChangeSetRequest, v1::ChangeSet>(
              runtime, "ProposeChangeSet",
              [this](const rpc::Call& call,
                     const auto& r) -> absl::StatusOr<v1::ChangeSet> {
                RETURN_IF_ERROR(RequireEditor(ledger_.Current(), call.caller));
                return ledger_.Propose(r, call.caller.Text(), call.deadline);
              })),
      propose_rollback_(MakeMethod<v1::ProposeRollbackRequest, v1::ChangeSet>(
          runtime, "ProposeRollback",
          [this](const rpc::Call& call,
                 const auto& r) -> absl::StatusOr<v1::ChangeSet> {
            RETURN_IF_ERROR(RequireEditor(ledger_.Current(), call.caller));
            return ledger_.ProposeRollback(r, call.caller.Text(),
                                           call.deadline);
          })),
      approve_change_set_(
          MakeMethod<v1::ApproveChangeSetRequest, v1::ChangeSet>(
              runtime, "ApproveChangeSet",
              [this](const rpc::Call& call,
                     const auto& r) -> absl::StatusOr<v1::ChangeSet> {
                RETURN_IF_ERROR(RequireEditor(ledger_.Current(), call.caller));
                return ledger_.Approve(r.change_set_id(), call.caller.Text(),
                                       call.deadline);
              })),
      reject_change_set_(MakeMethod<v1::RejectChangeSetRequest, v1::ChangeSet>(
          runtime, "RejectChangeSet",
          [this](const rpc::Call& call,
                 const auto& r) -> absl::StatusOr<v1::ChangeSet> {
            RETURN_IF_ERROR(RequireEditor(ledger_.Current(), call.caller));
            return ledger_.Reject(r.change_set_id(), call.caller.Text(),
                                  r.reason(), call.deadline);
          })),
      get_change_set_(MakeMethod<v1::GetChangeSetRequest, v1::ChangeSet>(
          runtime, "GetChangeSet",
          [this](const rpc::Call& call,
                 const auto& r) -> absl::StatusOr<v1::ChangeSet> {
            ASSIGN_OR_RETURN(
                auto proposal,
                store_.GetChangeSet(r.change_set_id(), call.deadline));
            return std::move(proposal.change_set);
          })),
      list_change_sets_(
          MakeMethod<v1::ListChangeSetsRequest, v1::ListChangeSetsResponse>(
              runtime, "ListChangeSets",
              [this](const rpc::Call& call, const auto& r) {
                return ChangeSets(r, call.deadline);
              })),
      check_city_(MakeMethod<v1::CheckCityRequest, v1::CityCertificate>(
          runtime, "CheckCity",
          [this](const rpc::Call& call,
                 const auto& r) -> absl::StatusOr<v1::CityCertificate> {
            ASSIGN_OR_RETURN(const CityPtr city,
                             ledger_.At(r.version(), call.deadline));
            return certifier_.Certify(*city);
          })),
      who_is_responsible_(
          MakeMethod<v1::WhoIsResponsibleRequest, v1::WhoIsResponsibleResponse>(
              runtime, "WhoIsResponsible",
              [this](const rpc::Call& call, const auto& r)
                  -> absl::StatusOr<v1::WhoIsResponsibleResponse> {
                if (!r.has_time()) {
                  ASSIGN_OR_RETURN(const CityPtr city,
                                   ledger_.At(0, call.deadline));
                  return registry::WhoIsResponsible(*city, r, absl::Now());
                }
                const absl::Time time = FromProto(r.time());
                ASSIGN_OR_RETURN(const CityPtr city,
                                 ledger_.AtTime(time, call.deadline));
                return registry::WhoIsResponsible(*city, r, time);
              })),
      certifier_(&ledger_, &store_, signing_key) {}

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
  service->refresh_ = std::make_unique<exec::Periodic>(
      "refresh", kRefreshInterval, [raw = service.get()] {
        raw->Refresh();
        return false;
      });
  return service;
}

void RegistryService::Drain() {
  refresh_->Stop();
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

absl::StatusOr<v1::GetRowHistoryResponse> RegistryService::RowHistory(
    const city::CityRowKey& key, absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto spans, store_.LoadRowHistory(key, deadline));
  if (spans.empty()) return errors::NotFound(key.kind(), key.id());
  v1::GetRowHistoryResponse response;
  for (const auto& span : spans) {
    auto& version = *response.add_versions();
    *version.mutable_row() = span.row;
    ASSIGN_OR_RETURN(*version.mutable_from(),
                     store_.GetVersion(span.from_version, deadline));
    if (span.to_version == 0) continue;
    ASSIGN_OR_RETURN(*version.mutable_to(),
                     store_.GetVersion(span.to_version, deadline));
  }
  return response;
}

absl::StatusOr<v1::ListChangeSetsResponse> RegistryService::ChangeSets(
    const v1::ListChangeSetsRequest& request, absl::Time deadline) {
  absl::Time time = absl::Now() + absl::Hours(1);  // After all there are.
  std::string id;
  if (!request.page_token().empty()) {
    std::string text;
    std::string error;
    absl::WebSafeBase64Unescape(request.page_token(), &text);
    const std::vector<std::string> parts =
        absl::StrSplit(text, absl::MaxSplits('|', 1));
    if (parts.size() != 2 ||
        !absl::ParseTime(absl::RFC3339_full, parts[0], &time, &error)) {
      return ForeignToken();
    }
    id = parts[1];
  }
  const int size = PageSize(request.page_size());
  ASSIGN_OR_RETURN(
      auto change_sets,
      store_.ListChangeSets(request.state(), time, id, size, deadline));
  v1::ListChangeSetsResponse response;
  for (auto& change_set : change_sets) {
    *response.add_change_sets() = std::move(change_set);
  }
  if (response.change_sets_size() == size) {
    const auto& last = *response.change_sets().rbegin();
    response.set_next_page_token(absl::WebSafeBase64Escape(absl::StrCat(
        FormatUtc(FromProto(last.propose_time())), "|", last.change_set_id())));
  }
  return response;
}

grpc::ServerReadReactor<v1::ImportCityRequest>* RegistryService::ImportCity(
    grpc::CallbackServerContext* context, v1::ImportCityResponse* response) {
  auto caller = rpc::AdmitStream(runtime_, *context, kImportCity);
  if (!caller.ok()) {
    return new rpc::RefusedStream<
        grpc::ServerReadReactor<v1::ImportCityRequest>>(caller.status());
  }
  const std::string author = caller->Text();
  return NewImportStream(
      &runtime_, author,
      [this, author](const city::RowMap& rows, const std::string& comment) {
        auto imported =
            ledger_.Import(rows, author, comment, absl::Now() + kImportTime);
        certifier_.Wake();
        return imported;
      },
      response);
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
          [this, stream] { feed_.Add(stream, ledger_.Current()); })) {
    stream->Close(errors::Overloaded(runtime_.retry_delay()));
  }
  return stream.get();
}

}  // namespace wangge::registry
