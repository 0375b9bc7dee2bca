#include "services/registry/versions.h"

#include <limits>
#include <tuple>
#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/registry/questions.h"
#include "services/registry/validate.h"

namespace wangge::registry {

absl::StatusOr<v1::CityVersion> GetCityVersion(
    Registry& registry, const rpc::Call& call,
    const v1::GetCityVersionRequest& request) {
  return registry.store.GetVersion(request.version(), call.deadline);
}

absl::StatusOr<v1::ListCityVersionsResponse> ListCityVersions(
    Registry& registry, const rpc::Call& call,
    const v1::ListCityVersionsRequest& request) {
  ASSIGN_OR_RETURN(const VersionPage page, VersionPage::Read(request));
  const int64_t before = page.after ? std::get<0>(*page.after)
                                    : std::numeric_limits<int64_t>::max();
  ASSIGN_OR_RETURN(auto versions, registry.store.ListVersions(
                                      before, page.limit(), call.deadline));
  v1::ListCityVersionsResponse response;
  if (page.Cut(&versions)) {
    response.set_next_page_token(
        VersionPage::Token(request, versions.back().version()));
  }
  for (auto& version : versions) *response.add_versions() = std::move(version);
  return response;
}

absl::StatusOr<v1::DiffCityVersionsResponse> DiffCityVersions(
    Registry& registry, const rpc::Call& call,
    const v1::DiffCityVersionsRequest& request) {
  ASSIGN_OR_RETURN(const DifferencePage page, DifferencePage::Read(request));
  // Later pages compare with what was the current version at the first one.
  const int64_t to_version =
      page.after ? std::get<0>(*page.after) : request.to_version();
  ASSIGN_OR_RETURN(const CityPtr from,
                   registry.ledger.At(request.from_version(), call.deadline));
  ASSIGN_OR_RETURN(const CityPtr to,
                   registry.ledger.At(to_version, call.deadline));
  return Diff(*from, *to, request, page);
}

absl::StatusOr<v1::GetRowHistoryResponse> GetRowHistory(
    Registry& registry, const rpc::Call& call,
    const v1::GetRowHistoryRequest& request) {
  Store& store = registry.store;
  const city::CityRowKey& key = request.key();
  ASSIGN_OR_RETURN(const auto spans, store.LoadRowHistory(key, call.deadline));
  if (spans.empty()) return errors::NotFound(key.kind(), key.id());
  v1::GetRowHistoryResponse response;
  for (const auto& span : spans) {
    auto& version = *response.add_versions();
    *version.mutable_row() = span.row;
    ASSIGN_OR_RETURN(*version.mutable_from(),
                     store.GetVersion(span.from_version, call.deadline));
    if (span.to_version == 0) continue;
    ASSIGN_OR_RETURN(*version.mutable_to(),
                     store.GetVersion(span.to_version, call.deadline));
  }
  return response;
}

absl::StatusOr<v1::CityCertificate> CheckCity(
    Registry& registry, const rpc::Call& call,
    const v1::CheckCityRequest& request) {
  ASSIGN_OR_RETURN(const CityPtr city,
                   registry.ledger.At(request.version(), call.deadline));
  return registry.certifier.Certify(*city);
}

absl::StatusOr<v1::WhoIsResponsibleResponse> WhoIsResponsible(
    Registry& registry, const rpc::Call& call,
    const v1::WhoIsResponsibleRequest& request) {
  if (!request.has_time()) {
    ASSIGN_OR_RETURN(const CityPtr city, registry.ledger.At(0, call.deadline));
    return ResponsibleFor(*city, request, absl::Now());
  }
  const absl::Time time = FromProto(request.time());
  ASSIGN_OR_RETURN(const CityPtr city,
                   registry.ledger.AtTime(time, call.deadline));
  return ResponsibleFor(*city, request, time);
}

absl::StatusOr<std::shared_ptr<CityStream>> WatchCity(
    Registry& registry, const rpc::Call&, const v1::WatchCityRequest& request) {
  auto stream = std::make_shared<CityStream>(request.held_version());
  // Reading the difference may block, so it is a worker's job.
  const bool posted = registry.runtime.executor().TryPost([&registry, stream] {
    registry.feed.Add(stream, registry.ledger.Current());
  });
  if (!posted) return errors::Overloaded(registry.runtime.retry_delay());
  return stream;
}

}  // namespace wangge::registry
