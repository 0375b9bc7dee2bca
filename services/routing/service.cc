#include "services/routing/service.h"

#include <utility>

#include "absl/flags/flag.h"
#include "base/status_macros.h"
#include "services/routing/handlers.h"

ABSL_FLAG(std::string, model, "",
          "Text model, a file made by `wgctl model train`; taken up again when "
          "it changes.");

namespace wangge::routing {
namespace {

// Each holds a second city and, perhaps, a second model.
constexpr int kMaxAnalyses = 2;

absl::StatusOr<std::shared_ptr<ReplayStream>> ReplayMatters(
    Replays& replays, const rpc::Call& call) {
  return replays.Open(call);
}

}  // namespace

RoutingService::RoutingService(rpc::Runtime* runtime,
                               std::unique_ptr<ModelFile> model,
                               const std::shared_ptr<grpc::Channel>& registry)
    : model_(std::move(model)),
      watcher_(std::make_unique<city::Watcher>(registry, &city_)),
      registry_(registry::v1::RegistryService::NewStub(registry)),
      analyses_(kMaxAnalyses),
      deps_{*runtime, city_, *model_, *registry_, analyses_},
      replays_(&deps_) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> RoutingService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(auto model, ModelFile::Open(absl::GetFlag(FLAGS_model)));
  ASSIGN_OR_RETURN(const auto registry, environment.Connect("registry"));
  auto service = std::unique_ptr<RoutingService>(
      new RoutingService(environment.runtime, std::move(model), registry));
  ASSIGN_OR_RETURN(
      service->rows_,
      rpc::RowService::Create(
          environment.runtime, "wangge.routing.v1.RoutingService",
          {rpc::RowsOf(&service->deps_,
                       {{"RouteMatters", Validate, &RouteMatters, rpc::kWorker},
                        {"PreviewChange", Validate, &PreviewChange,
                         rpc::kWorker, kAnalysisTime},
                        {"LintRules", Validate, &LintRules, rpc::kWorker,
                         kAnalysisTime}}),
           rpc::RowsOf(&service->replays_, {{"ReplayMatters", &ReplayMatters,
                                             rpc::kBidiStream}})}));
  return service;
}

void RoutingService::Drain() {
  watcher_.reset();
  replays_.Close();
}

}  // namespace wangge::routing
