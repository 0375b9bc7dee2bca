#include "rpc/server.h"

#include <future>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "exec/periodic.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/health_check_service_interface.h"
#include "grpcpp/security/server_credentials.h"
#include "rpc/openssl.h"
#include "rpc/status.h"
#include "rpc/stream_shards.h"

namespace wangge::rpc {
namespace {

constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> ServerCredentials(
    const TlsFiles& files) {
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  ASSIGN_OR_RETURN(options.pem_root_certs, ReadFile(files.authority));
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  ASSIGN_OR_RETURN(pair.cert_chain, ReadFile(files.certificate));
  ASSIGN_OR_RETURN(pair.private_key, ReadFile(files.key));
  options.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(options);
}

// The bytes of a HealthCheckResponse with status SERVING (field 1, value 1).
bool SaysServing(const grpc::ByteBuffer& response) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (response.Dump(&slices).ok()) {
    for (const auto& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return bytes == std::string("\x08\x01");
}

}  // namespace

absl::Status CheckHealth(const std::shared_ptr<grpc::Channel>& channel,
                         absl::Duration timeout) {
  grpc::GenericStub stub(channel);
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + timeout));
  const grpc::Slice empty("");
  grpc::ByteBuffer request(&empty, 1);
  grpc::ByteBuffer response;
  std::promise<grpc::Status> done;
  stub.UnaryCall(
      &context, kHealthCheck, {}, &request, &response,
      [&](grpc::Status status) { done.set_value(std::move(status)); });
  RETURN_IF_ERROR(FromGrpc(done.get_future().get()));
  return SaysServing(response) ? absl::OkStatus()
                               : absl::UnavailableError("is not serving yet");
}

// gRPC's callback threads sleep 100 ms after every idle second, which a lone
// caller would feel; a call to ourselves now and then keeps one awake.
class Server::KeepAwake {
 public:
  explicit KeepAwake(std::shared_ptr<grpc::Channel> channel)
      : channel_(std::move(channel)),
        periodic_("keep-awake", absl::Milliseconds(300), [this] {
          CheckHealth(channel_, absl::Seconds(1)).IgnoreError();
          return false;
        }) {}

 private:
  std::shared_ptr<grpc::Channel> channel_;
  exec::Periodic periodic_;
};

absl::StatusOr<std::unique_ptr<Server>> Server::Start(
    const ServerOptions& options, const std::vector<grpc::Service*>& services,
    StreamShards* shards) {
  ASSIGN_OR_RETURN(const auto credentials, ServerCredentials(options.tls));
  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) {
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  }
  auto server = std::unique_ptr<Server>(new Server);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.address, credentials, &server->port_);
  // Without this a second server on a taken port starts without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             options.max_streams_per_connection);
  // A phone that is gone without a word is noticed within a minute and a half,
  // not within gRPC's two hours.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // Clients ping every 30 s at most; the default allows one in 5 minutes.
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.SetMaxReceiveMessageSize(options.max_message_bytes);
  builder.SetMaxSendMessageSize(options.max_message_bytes);
  for (grpc::Service* service : services) builder.RegisterService(service);
  if (shards != nullptr) shards->AddQueues(&builder);
  server->server_ = builder.BuildAndStart();
  if (server->server_ == nullptr || server->port_ == 0) {
    return absl::UnavailableError(
        absl::StrCat(options.address, " cannot be listened on; is it in use?"));
  }
  server->shards_ = shards;
  if (shards != nullptr) shards->Start(server->port_);
  server->SetServing(false);
  server->keep_awake_ = std::make_unique<KeepAwake>(
      server->server_->InProcessChannel(grpc::ChannelArguments()));
  return server;
}

Server::~Server() { Shutdown(absl::ZeroDuration()); }

void Server::SetServing(bool serving) {
  server_->GetHealthCheckService()->SetServingStatus(serving);
}

void Server::Shutdown(absl::Duration grace) {
  keep_awake_.reset();
  // Without a deadline an open stream, a health watch included, would hold it
  // up for ever.
  if (server_ != nullptr) {
    server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
    server_->Wait();
  }
  if (shards_ != nullptr) shards_->Stop();
}

}  // namespace wangge::rpc
