// RoutingService over the wire.
#pragma once

#include <memory>
#include <vector>

#include "base/mutex.h"
#include "city/watch.h"
#include "rpc/main.h"
#include "rpc/unary.h"
#include "services/routing/deps.h"
#include "services/routing/replay_stream.h"
#include "wangge/routing/v1/routing.grpc.pb.h"

namespace wangge::routing {

class RoutingService final : public v1::RoutingService::CallbackService,
                             public rpc::Service {
 public:
  // Needs --registry and --model.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  // Follows the city of the registry behind `channel` and decides by `model`.
  RoutingService(rpc::Runtime* runtime, std::unique_ptr<ModelFile> model,
                 const std::shared_ptr<grpc::Channel>& channel);

  std::vector<grpc::Service*> GrpcServices() override { return {this}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

  grpc::ServerUnaryReactor* RouteMatters(
      grpc::CallbackServerContext* context,
      const v1::RouteMattersRequest* request,
      v1::RouteMattersResponse* response) override {
    return route_matters_.Start(context, request, response);
  }
  grpc::ServerUnaryReactor* PreviewChange(
      grpc::CallbackServerContext* context,
      const v1::PreviewChangeRequest* request,
      v1::PreviewChangeResponse* response) override {
    return preview_change_.Start(context, request, response);
  }
  grpc::ServerUnaryReactor* LintRules(
      grpc::CallbackServerContext* context, const v1::LintRulesRequest* request,
      v1::LintRulesResponse* response) override {
    return lint_rules_.Start(context, request, response);
  }
  grpc::ServerBidiReactor<v1::ReplayMattersRequest, v1::ReplayMattersResponse>*
  ReplayMatters(grpc::CallbackServerContext* context) override;

 private:
  const std::unique_ptr<ModelFile> model_;
  city::Holder city_;
  std::unique_ptr<city::Watcher> watcher_;
  const std::unique_ptr<registry::v1::RegistryService::Stub> registry_;
  AnalysisSlots analyses_;
  const RoutingDeps deps_;
  rpc::Method<v1::RouteMattersRequest, v1::RouteMattersResponse> route_matters_;
  rpc::Method<v1::PreviewChangeRequest, v1::PreviewChangeResponse>
      preview_change_;
  rpc::Method<v1::LintRulesRequest, v1::LintRulesResponse> lint_rules_;
  Mutex mutex_;
  std::vector<std::weak_ptr<ReplayStream>> replays_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wangge::routing
