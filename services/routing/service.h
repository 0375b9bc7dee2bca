// The routing service: what the process is made of.
#pragma once

#include <memory>
#include <vector>

#include "city/watch.h"
#include "rpc/host.h"
#include "services/routing/deps.h"
#include "services/routing/replays.h"

namespace wangge::routing {

class RoutingService final : public rpc::Service {
 public:
  // Needs --endpoints and --model.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override { return {rows_.get()}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override;

 private:
  RoutingService(rpc::Runtime* runtime, std::unique_ptr<ModelFile> model,
                 const std::shared_ptr<grpc::Channel>& registry);

  const std::unique_ptr<ModelFile> model_;
  city::Holder city_;
  std::unique_ptr<city::Watcher> watcher_;
  const std::unique_ptr<registry::v1::RegistryService::Stub> registry_;
  AnalysisSlots analyses_;
  RoutingDeps deps_;
  Replays replays_;
  std::unique_ptr<rpc::RowService> rows_;
};

}  // namespace wangge::routing
