#include "rpc/host.h"

#include <utility>

#include "base/file.h"
#include "base/status_macros.h"
#include "log/log.h"
#include "rpc/client.h"

namespace wangge::rpc {
namespace {

absl::StatusOr<std::unique_ptr<Runtime>> MakeRuntime(
    const HostOptions& options) {
  ASSIGN_OR_RETURN(auto policy, PolicyFile::Open(options.policy_file));
  std::string key;
  if (!options.token_key_file.empty()) {
    ASSIGN_OR_RETURN(key, ReadFile(options.token_key_file));
  }
  return std::make_unique<Runtime>(options.runtime, std::move(policy),
                                   std::make_unique<TokenVerifier>(key));
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> Environment::Connect(
    const std::string& service) const {
  ASSIGN_OR_RETURN(const std::string address, FindEndpoint(endpoints, service));
  return rpc::Connect(address, tls);
}

absl::StatusOr<std::unique_ptr<Host>> Host::Start(const HostOptions& options,
                                                  const ServiceFactory& make) {
  auto host = std::unique_ptr<Host>(new Host);
  ASSIGN_OR_RETURN(host->runtime_, MakeRuntime(options));
  Environment environment = options.environment;
  environment.runtime = host->runtime_.get();
  environment.tls = options.server.tls;
  ASSIGN_OR_RETURN(host->service_, make(environment));
  std::vector<grpc::Service*> services;
  for (RowService* service : host->service_->RowServices()) {
    RETURN_IF_ERROR(host->runtime_->policy().CheckMethods(service->name(),
                                                          service->methods()));
    services.push_back(service);
  }
  ASSIGN_OR_RETURN(host->server_, Server::Start(options.server, services,
                                                host->service_->Shards()));
  host->policy_watch_ = std::make_unique<exec::Periodic>(
      "policy", absl::Seconds(1), [policy = &host->runtime_->policy()] {
        policy->Reload();
        return false;
      });
  log::Info("started", {{"port", host->port()}});
  return host;
}

Host::~Host() { Stop(absl::ZeroDuration()); }

bool Host::UpdateHealth() {
  if (!serving_ && service_->Ready()) {
    serving_ = true;
    server_->SetServing(true);
    log::Info("serving", {{"port", port()}});
  }
  return serving_;
}

void Host::Stop(absl::Duration grace) {
  if (service_ == nullptr || runtime_->draining()) return;
  if (server_ != nullptr) server_->SetServing(false);
  runtime_->StartDraining();
  service_->Drain();
  if (server_ != nullptr) server_->Shutdown(grace);
  runtime_->executor().Drain();
  policy_watch_.reset();
}

}  // namespace wangge::rpc
