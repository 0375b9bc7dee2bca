// RegistryService over the wire.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "city/city.h"
#include "city/watch.h"
#include "db/pool.h"
#include "exec/periodic.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/registry/city_feed.h"
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
  grpc::ServerUnaryReactor* GetCityVersion(
      grpc::CallbackServerContext* context,
      const v1::GetCityVersionRequest* request,
      v1::CityVersion* response) override {
    return get_city_version_.Start(context, request, response);
  }
  grpc::ServerWriteReactor<v1::WatchCityResponse>* WatchCity(
      grpc::CallbackServerContext* context,
      const v1::WatchCityRequest* request) override;

 private:
  class ImportStream;
  RegistryService(rpc::Runtime* runtime, std::unique_ptr<db::Pool> pool);

  absl::StatusOr<v1::ImportCityResponse> Import(const city::RowMap& rows,
                                                const std::string& author,
                                                const std::string& comment);
  // Loads the newest version when another replica made it.
  void Refresh();
  void Adopt(const std::shared_ptr<const city::City>& city);

  rpc::Runtime& runtime_;
  const std::unique_ptr<db::Pool> pool_;
  Store store_;
  CityFeed feed_;
  city::Holder holder_;
  Mutex import_mutex_;  // One import at a time in this process.
  std::atomic<bool> ready_ = false;
  rpc::Method<v1::GetCityVersionRequest, v1::CityVersion> get_city_version_;
  std::unique_ptr<exec::Periodic> refresh_;
};

}  // namespace wangge::registry
