// Who calls: the system by its certificate, the person by a token.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "grpcpp/server_context.h"
#include "rpc/token.h"

namespace wangge::rpc {

// A caller. `system` comes from the certificate's URI
// `spiffe://<city>/<kind>/<name>`; `officer_id` from a token, which only
// gateways and administrators may carry.
struct Caller {
  std::string system;      // `source/110`, `service/intake`, `gateway/app`.
  std::string officer_id;  // Empty when no person is behind the call.

  // What policies, events and logs name: `officer/<id>`, else the system.
  std::string Text() const {
    return officer_id.empty() ? system : "officer/" + officer_id;
  }
  // The name when the system is of this kind, else empty.
  std::string NameIf(const std::string& kind) const;
};

// The metadata key of a person's token.
inline constexpr char kTokenKey[] = "wangge-token";

// Reads the caller of a call. UNAUTHENTICATED says what is missing or wrong.
absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context,
                                    const TokenVerifier& tokens);

}  // namespace wangge::rpc
