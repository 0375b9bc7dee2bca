// A client of the whole suite, for wgctl and for tests that stand outside:
// where the services are, and who calls.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "rpc/client.h"
#include "rpc/endpoints.h"

namespace wangge::client {

struct Settings {
  rpc::Endpoints endpoints;
  std::string certificates = "var/certs";
  std::string city_folder = "var/city";
  bool json = false;
  absl::Duration timeout = absl::Seconds(15);
};

// A connection to one service as one identity, kept for the run.
class Client {
 public:
  explicit Client(const Settings& settings) : settings_(settings) {}

  const Settings& settings() const { return settings_; }
  absl::Time Deadline() const { return absl::Now() + settings_.timeout; }

  // `identity` is a certificate of the folder: `source/110`, `gateway/app`,
  // `admin/wgctl`.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Channel(
      const std::string& service, const std::string& identity);

  // A token for an officer, from the local identity provider; empty for none.
  absl::StatusOr<std::string> Token(const std::string& officer_id) const;

 private:
  const Settings settings_;
  std::map<std::string, std::shared_ptr<grpc::Channel>> channels_;
};

// The certificate with which to call for a planner of the city: the city's
// engineer, or the app when an officer is named.
inline std::string PlannerIdentity(const std::string& officer_id) {
  return officer_id.empty() ? "admin/wgctl" : "gateway/app";
}

// Calls a unary method as an identity, and as an officer when one is given.
template <typename Service, typename Request, typename Response>
absl::StatusOr<Response> CallAs(
    Client& client, const std::string& service, const std::string& identity,
    const std::string& officer_id,
    grpc::Status (Service::Stub::*method)(grpc::ClientContext*, const Request&,
                                          Response*),
    const Request& request) {
  auto channel = client.Channel(service, identity);
  if (!channel.ok()) return channel.status();
  auto token = client.Token(officer_id);
  if (!token.ok()) return token.status();
  const auto stub = Service::NewStub(*channel);
  return rpc::Invoke(method, *stub, request, client.Deadline(), *token);
}

}  // namespace wangge::client
