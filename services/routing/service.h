// The routing service: what the process is made of.
#pragma once

#include <memory>
#include <vector>

#include "city/watch.h"
#include "rpc/host.h"
#include "services/routing/model_file.h"
#include "wangge/routing/v1/routing.pb.h"

namespace wangge::routing {

// What routing rests on, as the handlers see it.
struct Router {
  const ModelFile& model;
  const city::Holder& city;
};

// RoutingService.RouteMatters.
absl::StatusOr<v1::RouteMattersResponse> RouteMatters(
    Router& router, const rpc::Call& call,
    const v1::RouteMattersRequest& request);

class RoutingService final : public rpc::Service {
 public:
  // Needs --endpoints and --model.
  static absl::StatusOr<std::unique_ptr<rpc::Service>> Create(
      const rpc::Environment& environment);

  std::vector<rpc::RowService*> RowServices() override { return {rows_.get()}; }
  bool Ready() override { return city_.Get() != nullptr; }
  void Drain() override { watcher_.reset(); }

 private:
  explicit RoutingService(std::unique_ptr<ModelFile> model)
      : model_(std::move(model)) {}

  const std::unique_ptr<ModelFile> model_;
  city::Holder city_;
  Router router_{*model_, city_};
  std::unique_ptr<rpc::RowService> rows_;
  std::unique_ptr<city::Watcher> watcher_;
};

}  // namespace wangge::routing
