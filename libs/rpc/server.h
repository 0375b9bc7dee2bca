// A gRPC server with mutual TLS, health, and an ordered end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"

namespace wangge::rpc {

// Files of a key pair and of the authority that signs all certificates.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string authority;
};

struct ServerOptions {
  std::string address;  // host:port; port 0 takes any free one.
  TlsFiles tls;
  bool reflection = false;
  int max_message_bytes = 8 << 20;
  int max_streams_per_connection = 4000;
};

class StreamShards;

class Server {
 public:
  // UNAVAILABLE when the port is taken. Services, and the shards that serve
  // their raw streams if there are any, must outlive the server.
  // Health says NOT_SERVING until SetServing(true).
  static absl::StatusOr<std::unique_ptr<Server>> Start(
      const ServerOptions& options, const std::vector<grpc::Service*>& services,
      StreamShards* shards = nullptr);
  ~Server();

  void SetServing(bool serving);
  int port() const { return port_; }
  // Ends open calls within `grace`; returns when all have ended.
  void Shutdown(absl::Duration grace);

 private:
  Server() = default;
  class KeepAwake;
  std::unique_ptr<grpc::Server> server_;
  StreamShards* shards_ = nullptr;
  std::unique_ptr<KeepAwake> keep_awake_;
  int port_ = 0;
};

// The health of a server: OK when it is serving, else why not.
absl::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                         absl::Duration timeout);

}  // namespace wangge::rpc
