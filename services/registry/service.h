// RegistryService over the wire.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "city/watch.h"
#include "db/pool.h"
#include "exec/periodic.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/registry/certifier.h"
#include "services/registry/city_feed.h"
#include "services/registry/ledger.h"
#include "services/registry/store.h"
#include "wangge/registry/v1/registry.grpc.pb.h"

namespace wangge::registry {

class RegistryService final : public v1::RegistryService::CallbackService,
                              public rpc::Service {
 public:
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  bool Ready() override { return ready_; }
  void Drain() override;

  grpc::ServerReadReactor<v1::ImportCityRequest>* ImportCity(
      grpc::CallbackServerContext* context,
      v1::ImportCityResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchCityResponse>* WatchCity(
      grpc::CallbackServerContext* context,
      const v1::WatchCityRequest* request) override;

#define WANGGE_UNARY(Name, member, Request, Response)                        \
  grpc::ServerUnaryReactor* Name(grpc::CallbackServerContext* context,       \
                                 const Request* request, Response* response) \
      override {                                                             \
    return member.Start(context, request, response);                         \
  }
  WANGGE_UNARY(GetCityVersion, get_city_version_, v1::GetCityVersionRequest,
               v1::CityVersion)
  WANGGE_UNARY(ListCityVersions, list_city_versions_,
               v1::ListCityVersionsRequest, v1::ListCityVersionsResponse)
  WANGGE_UNARY(DiffCityVersions, diff_city_versions_,
               v1::DiffCityVersionsRequest, v1::DiffCityVersionsResponse)
  WANGGE_UNARY(GetRowHistory, get_row_history_, v1::GetRowHistoryRequest,
               v1::GetRowHistoryResponse)
  WANGGE_UNARY(ProposeChangeSet, propose_change_set_,
               v1::ProposeChangeSetRequest, v1::ChangeSet)
  WANGGE_UNARY(ProposeRollback, propose_rollback_, v1::ProposeRollbackRequest,
               v1::ChangeSet)
  WANGGE_UNARY(ApproveChangeSet, approve_change_set_,
               v1::ApproveChangeSetRequest, v1::ChangeSet)
  WANGGE_UNARY(RejectChangeSet, reject_change_set_, v1::RejectChangeSetRequest,
               v1::ChangeSet)
  WANGGE_UNARY(GetChangeSet, get_change_set_, v1::GetChangeSetRequest,
               v1::ChangeSet)
  WANGGE_UNARY(ListChangeSets, list_change_sets_, v1::ListChangeSetsRequest,
               v1::ListChangeSetsResponse)
  WANGGE_UNARY(CheckCity, check_city_, v1::CheckCityRequest,
               v1::CityCertificate)
  WANGGE_UNARY(WhoIsResponsible, who_is_responsible_,
               v1::WhoIsResponsibleRequest, v1::WhoIsResponsibleResponse)
#undef WANGGE_UNARY

 private:
  RegistryService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool,
                  const std::string& signing_key);

  // Takes up what other replicas made of the city and what is due.
  void Refresh();
  void Publish(const CityPtr& city);
  absl::StatusOr<v1::GetRowHistoryResponse> RowHistory(
      const city::CityRowKey& key, absl::Time deadline);
  absl::StatusOr<v1::ListChangeSetsResponse> ChangeSets(
      const v1::ListChangeSetsRequest& request, absl::Time deadline);

  rpc::Runtime& runtime_;
  const std::unique_ptr<db::Pool> pool_;
  Store store_;
  CityFeed feed_;
  city::Holder holder_;  // For its gauge.
  Ledger ledger_;
  std::atomic<bool> ready_ = false;
  rpc::Method<v1::GetCityVersionRequest, v1::CityVersion> get_city_version_;
  rpc::Method<v1::ListCityVersionsRequest, v1::ListCityVersionsResponse>
      list_city_versions_;
  rpc::Method<v1::DiffCityVersionsRequest, v1::DiffCityVersionsResponse>
      diff_city_versions_;
  rpc::Method<v1::GetRowHistoryRequest, v1::GetRowHistoryResponse>
      get_row_history_;
  rpc::Method<v1::ProposeChangeSetRequest, v1::ChangeSet> propose_change_set_;
  rpc::Method<v1::ProposeRollbackRequest, v1::ChangeSet> propose_rollback_;
  rpc::Method<v1::ApproveChangeSetRequest, v1::ChangeSet> approve_change_set_;
  rpc::Method<v1::RejectChangeSetRequest, v1::ChangeSet> reject_change_set_;
  rpc::Method<v1::GetChangeSetRequest, v1::ChangeSet> get_change_set_;
  rpc::Method<v1::ListChangeSetsRequest, v1::ListChangeSetsResponse>
      list_change_sets_;
  rpc::Method<v1::CheckCityRequest, v1::CityCertificate> check_city_;
  rpc::Method<v1::WhoIsResponsibleRequest, v1::WhoIsResponsibleResponse>
      who_is_responsible_;
  Certifier certifier_;
  std::unique_ptr<exec::Periodic> refresh_;
};

}  // namespace wangge::registry
