// RPCs about the city and its versions: what it is, was, and how it changed.
#pragma once

#include <memory>

#include "rpc/unary.h"
#include "services/registry/registry.h"

namespace wangge::registry {

absl::StatusOr<v1::CityVersion> GetCityVersion(
    Registry& registry, const rpc::Call& call,
    const v1::GetCityVersionRequest& request);

absl::StatusOr<v1::ListCityVersionsResponse> ListCityVersions(
    Registry& registry, const rpc::Call& call,
    const v1::ListCityVersionsRequest& request);

absl::StatusOr<v1::DiffCityVersionsResponse> DiffCityVersions(
    Registry& registry, const rpc::Call& call,
    const v1::DiffCityVersionsRequest& request);

absl::StatusOr<v1::GetRowHistoryResponse> GetRowHistory(
    Registry& registry, const rpc::Call& call,
    const v1::GetRowHistoryRequest& request);

absl::StatusOr<v1::CityCertificate> CheckCity(
    Registry& registry, const rpc::Call& call,
    const v1::CheckCityRequest& request);

absl::StatusOr<v1::WhoIsResponsibleResponse> WhoIsResponsible(
    Registry& registry, const rpc::Call& call,
    const v1::WhoIsResponsibleRequest& request);

absl::StatusOr<std::shared_ptr<CityStream>> WatchCity(
    Registry& registry, const rpc::Call& call,
    const v1::WatchCityRequest& request);

}  // namespace wangge::registry
