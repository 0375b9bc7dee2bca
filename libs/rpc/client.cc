#include "rpc/client.h"

#include "base/file.h"
#include "base/status_macros.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "rpc/openssl.h"

namespace wangge::rpc {

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(
    const std::string& target, const TlsFiles& tls) {
  grpc::SslCredentialsOptions options;
  ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(tls.authority));
  ASSIGN_OR_RETURN(options.pem_cert_chain, ReadFile(tls.certificate));
  ASSIGN_OR_RETURN(options.pem_private_key, ReadFile(tls.key));
  grpc::ChannelArguments arguments;
  // A connection of its own: callers that want more parallelism connect again.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  // Not a pause: how long connecting and its handshake may take, the least.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 5000);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(16 << 20);
  arguments.SetMaxSendMessageSize(16 << 20);
  arguments.SetLoadBalancingPolicyName("round_robin");
  return grpc::CreateCustomChannel(target, grpc::SslCredentials(options),
                                   arguments);
}

absl::Duration RetryPause(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const double jitter = std::uniform_real_distribution<>(0.5, 1.5)(random);
  return absl::Milliseconds(50) * (1 << std::min(attempt, 4)) * jitter;
}

}  // namespace wangge::rpc
