// The life of a service process, once: flags, logging, metrics, server, and the
// ordered end on SIGTERM or SIGINT.
//
// The end: health says NOT_SERVING, new calls are refused, streams are closed,
// running calls end within the grace time, background work stops, the metrics
// exposer goes last. A second signal ends the process at once.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/client.h"
#include "rpc/endpoints.h"
#include "rpc/runtime.h"
#include "rpc/server.h"

namespace wangge::rpc {

class StreamShards;

// A service process' own part.
class Service {
 public:
  virtual ~Service() = default;
  // The gRPC services it serves; they live as long as this object.
  virtual std::vector<grpc::Service*> GrpcServices() = 0;
  // The shards that serve its raw streams; null when it has none.
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

// The body of main(). Returns the exit status: 0 after an ordered end, 1 when
// the service could not start; the cause is the last log line.
int Main(const std::string& name, const std::string& summary, int argc,
         char** argv, const ServiceFactory& make);

}  // namespace wangge::rpc
