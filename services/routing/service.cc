#include "services/routing/service.h"

#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "services/routing/handlers.h"

ABSL_FLAG(std::string, model, "",
          "Text model, a file made by `wgctl model train`; taken up again when "
          "it changes.");

namespace wangge::routing {
namespace {

constexpr char kReplayMatters[] =
    "/wangge.routing.v1.RoutingService/ReplayMatters";
// Each holds a second city and, perhaps, a second model.
constexpr int kMaxAnalyses = 2;

// A unary method by its name, its validator and its handler.
template <typename Request, typename Response>
rpc::Method<Request, Response> MakeMethod(
    const RoutingDeps& deps, const std::string& name,
    absl::StatusOr<Response> (*handler)(const RoutingDeps&, const rpc::Call&,
                                        const Request&),
    absl::Duration deadline_cap) {
  return {&deps.runtime,
          absl::StrCat("/wangge.routing.v1.RoutingService/", name),
          [](const Request& request) { return Validate(request); },
          [&deps, handler](const rpc::Call& call, const Request& request) {
            return handler(deps, call, request);
          },
          deadline_cap};
}

}  // namespace

RoutingService::RoutingService(rpc::Runtime* runtime,
                               std::unique_ptr<ModelFile> model,
                               const std::shared_ptr<grpc::Channel>& channel)
    : model_(std::move(model)),
      watcher_(std::make_unique<city::Watcher>(channel, &city_)),
      registry_(registry::v1::RegistryService::NewStub(channel)),
      analyses_(kMaxAnalyses),
      deps_{*runtime, city_, *model_, *registry_, analyses_},
      route_matters_(MakeMethod(deps_, "RouteMatters", routing::RouteMatters,
                                absl::Seconds(10))),
      preview_change_(MakeMethod(deps_, "PreviewChange", routing::PreviewChange,
                                 kAnalysisTime)),
      lint_rules_(
          MakeMethod(deps_, "LintRules", routing::LintRules, kAnalysisTime)) {}

absl::StatusOr<std::unique_ptr<rpc::Service>> RoutingService::Create(
    const rpc::Environment& environment) {
  ASSIGN_OR_RETURN(auto model, ModelFile::Open(absl::GetFlag(FLAGS_model)));
  ASSIGN_OR_RETURN(const auto channel,
                   rpc::Connect(environment.registry, environment.tls));
  return std::make_unique<RoutingService>(environment.runtime, std::move(model),
                                          channel);
}

void RoutingService::Drain() {
  watcher_.reset();
  MutexLock lock(&mutex_);
  for (const auto& weak : replays_) {
    if (const auto replay = weak.lock()) replay->Close(rpc::NotServing());
  }
}

grpc::ServerBidiReactor<v1::ReplayMattersRequest, v1::ReplayMattersResponse>*
RoutingService::ReplayMatters(grpc::CallbackServerContext* context) {
  const auto replay = [&]() -> absl::StatusOr<std::shared_ptr<ReplayStream>> {
    ASSIGN_OR_RETURN(const auto caller,
                     rpc::AdmitStream(deps_.runtime, *context, kReplayMatters));
    return ReplayStream::Open(deps_, caller,
                              absl::FromChrono(context->deadline()));
  }();
  if (!replay.ok()) {
    return new rpc::RefusedStream<grpc::ServerBidiReactor<
        v1::ReplayMattersRequest, v1::ReplayMattersResponse>>(replay.status());
  }
  MutexLock lock(&mutex_);
  std::erase_if(replays_, [](const auto& weak) { return weak.expired(); });
  replays_.push_back(*replay);
  return replay->get();
}

}  // namespace wangge::routing
