// A service that runs in this process: its runtime, its rows checked against
// descriptor and policy, its server, and the ordered end. main() and tests
// start services in the same way.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "exec/periodic.h"
#include "grpcpp/channel.h"
#include "rpc/endpoints.h"
#include "rpc/rows.h"
#include "rpc/runtime.h"
#include "rpc/server.h"

namespace wangge::rpc {

// A service's own part.
class Service {
 public:
  virtual ~Service() = default;
  // The gRPC services it serves; they live as long as this object.
  virtual std::vector<RowService*> RowServices() = 0;
  // The shards that serve its sharded stream; null when it has none.
  virtual StreamShards* Shards() { return nullptr; }
  // True when it can work, for example when the city was loaded. Asked again
  // and again until it is.
  virtual bool Ready() = 0;
  // Closes its streams with UNAVAILABLE and stops background work. Called once,
  // before the server shuts down.
  virtual void Drain() = 0;
};

// What a service gets to be made of.
struct Environment {
  Runtime* runtime = nullptr;
  TlsFiles tls;
  std::string dsn;         // --dsn
  int db_connections = 0;  // --db_connections
  Endpoints endpoints;     // --endpoints

  // A channel to a service that this one calls. INVALID_ARGUMENT when
  // --endpoints does not name it, else as rpc::Connect.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(
      const std::string& service) const;
};

using ServiceFactory =
    std::function<absl::StatusOr<std::unique_ptr<Service>>(const Environment&)>;

struct HostOptions {
  RuntimeOptions runtime;
  ServerOptions server;
  std::string policy_file;     // wangge.common.v1.Policy, a text proto.
  std::string token_key_file;  // Public key, PEM; empty: no tokens.
  Environment environment;     // All but the runtime and the TLS files.
};

class Host {
 public:
  // Makes the service and serves it; health says NOT_SERVING until
  // UpdateHealth. FAILED_PRECONDITION when a method has no row or no rule, or
  // a rule names a method that there is not.
  static absl::StatusOr<std::unique_ptr<Host>> Start(
      const HostOptions& options, const ServiceFactory& make);
  // Stops at once, unless Stop was called.
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  int port() const { return server_->port(); }
  // Says SERVING from the time on that the service is ready. Returns whether
  // it is.
  bool UpdateHealth();
  // The ordered end: health says NOT_SERVING, new calls are refused, streams
  // are closed, running calls end within `grace`, background work stops.
  void Stop(absl::Duration grace);

 private:
  Host() = default;

  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<Service> service_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<exec::Periodic> policy_watch_;
  bool serving_ = false;
};

}  // namespace wangge::rpc
