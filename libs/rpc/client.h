// Calls to other services.
#pragma once

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "rpc/identity.h"
#include "rpc/server.h"
#include "rpc/status.h"

namespace wangge::rpc {

// A channel with mutual TLS to host:port, several connections apart from those
// of other channels. It connects when first used and again when broken.
absl::StatusOr<std::shared_ptr<grpc::Channel>> Connect(
    const std::string& target, const TlsFiles& tls);

// Pause before try number `attempt` (from 1), with jitter.
absl::Duration RetryPause(int attempt);

// Calls a unary method of a synchronous stub:
//   Invoke(&Stub::GetCase, *stub, request, deadline)
// Repeats it while the server is UNAVAILABLE and time is left, so the request
// must be idempotent, as all ours are. `token` speaks for a person.
//
// A broken connection gets on only while somebody is in a call, so later tries
// wait for it inside theirs. When that takes all the time that was left, the
// answer is that the server is UNAVAILABLE, as the try before has said.
template <typename Stub, typename Request, typename Response>
absl::StatusOr<Response> Invoke(
    grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                 Response*),
    Stub& stub, const Request& request, absl::Time deadline,
    const std::string& token = "") {
  grpc::Status before;
  for (int attempt = 1;; ++attempt) {
    grpc::ClientContext context;
    context.set_wait_for_ready(attempt > 1);
    context.set_deadline(absl::ToChronoTime(deadline));
    if (!token.empty()) context.AddMetadata(kTokenKey, token);
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (status.ok()) return response;
    if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED &&
        !before.ok()) {
      return FromGrpc(before);
    }
    const absl::Duration pause = RetryPause(attempt);
    if (status.error_code() != grpc::StatusCode::UNAVAILABLE ||
        absl::Now() + pause >= deadline) {
      return FromGrpc(status);
    }
    before = status;
    std::this_thread::sleep_for(absl::ToChronoMilliseconds(pause));
  }
}

}  // namespace wangge::rpc
