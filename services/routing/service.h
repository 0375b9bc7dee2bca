// RoutingService over the wire.
#pragma once

#include <memory>
#include <vector>

#include "city/watch.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/routing/model_file.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::routing {

class RoutingService final : public v1::RoutingService::CallbackService,
                             public rpc::Service {
 public:
  // Needs --endpoints and --model.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override { watcher_.reset(); }

  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context,
      const v1::RouteMattersRequest* request,
      v1::RouteMattersResponse* response) override {
    return route_matters_.Start(context, request, response);
  }

 private:
  RoutingService(rpc::Runtime* runtime, std::unique_ptr<ModelFile> model);
  // The city, with the changes that the request proposes.
  absl::StatusOr<std::shared_ptr<const city::City>> CityFor(
      const v1::RouteMattersRequest& request) const;
  absl::StatusOr<v1::RouteMattersResponse> Route(
      const v1::RouteMattersRequest& request) const;

  const std::unique_ptr<ModelFile> model_;
  city::Holder city_;
  std::unique_ptr<city::Watcher> watcher_;
  rpc::Method<v1::RouteMattersRequest, v1::RouteMattersResponse> route_matters_;
};

}  // namespace wangge::routing
