#include "client/client.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "rpc/token.h"

namespace wangge::client {

absl::StatusOr<std::shared_ptr<grpc::Channel>> Client::Channel(
    const std::string& service, const std::string& identity) {
  auto& channel = channels_[service + " " + identity];
  if (channel != nullptr) return channel;
  const std::string stem = absl::StrCat(
      settings_.certificates, "/", absl::StrReplaceAll(identity, {{"/", "-"}}));
  const rpc::TlsFiles tls{stem + ".crt", stem + ".key",
                          settings_.certificates + "/ca.crt"};
  ASSIGN_OR_RETURN(const std::string address,
                   rpc::FindEndpoint(settings_.endpoints, service));
  ASSIGN_OR_RETURN(channel, rpc::Connect(address, tls));
  return channel;
}

absl::StatusOr<std::string> Client::Token(const std::string& officer_id) const {
  if (officer_id.empty()) return std::string();
  ASSIGN_OR_RETURN(const std::string key,
                   ReadFile(settings_.certificates + "/identity.key"));
  return rpc::IssueToken(key, officer_id, absl::Now() + absl::Hours(12));
}

}  // namespace wangge::client
