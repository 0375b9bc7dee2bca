#include "rpc/identity.h"

#include <grpc/grpc_security_constants.h>

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::rpc {
namespace {

absl::Status NoIdentity(const std::string& cause) {
  return errors::Make(absl::StatusCode::kUnauthenticated,
                      common::v1::ERROR_REASON_NO_IDENTITY, cause,
                      {{"cause", cause}});
}

// `spiffe://<city>/<kind>/<name>` -> `<kind>/<name>`.
std::string PathOfSpiffeId(const std::string& uri) {
  static constexpr char kScheme[] = "spiffe://";
  if (!absl::StartsWith(uri, kScheme)) return "";
  const size_t slash = uri.find('/', sizeof(kScheme) - 1);
  return slash == std::string::npos ? "" : uri.substr(slash + 1);
}

}  // namespace

std::string Caller::NameIf(const std::string& kind) const {
  const std::string prefix = kind + "/";
  return absl::StartsWith(system, prefix) ? system.substr(prefix.size()) : "";
}

absl::StatusOr<Caller> Authenticate(const grpc::ServerContextBase& context,
                                    const TokenVerifier& tokens) {
  Caller caller;
  const auto uris = context.auth_context()->FindPropertyValues(
      GRPC_PEER_SPIFFE_ID_PROPERTY_NAME);
  if (!uris.empty()) {
    caller.system = PathOfSpiffeId(std::string(uris[0].data(), uris[0].size()));
  }
  if (caller.system.empty()) {
    return NoIdentity(
        "the client certificate names no system; it needs a URI "
        "spiffe://<city>/<kind>/<name>");
  }
  const auto& metadata = context.client_metadata();
  const auto token = metadata.find(kTokenKey);
  if (token == metadata.end()) return caller;
  if (caller.NameIf("gateway").empty() && caller.NameIf("admin").empty()) {
    return NoIdentity(
        absl::StrCat(caller.system, " may not speak for a person"));
  }
  auto officer =
      tokens.Verify(std::string(token->second.data(), token->second.size()));
  if (!officer.ok()) return NoIdentity(std::string(officer.status().message()));
  caller.officer_id = *std::move(officer);
  return caller;
}

}  // namespace wangge::rpc
