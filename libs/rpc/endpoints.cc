#include "rpc/endpoints.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace wangge::rpc {
namespace {

bool IsHostAndPort(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = 0;
  return colon != std::string::npos && colon > 0 &&
         absl::SimpleAtoi(address.substr(colon + 1), &port) && port >= 1 &&
         port <= 65535;
}

}  // namespace

absl::StatusOr<Endpoints> ParseEndpoints(
    const std::vector<std::string>& entries) {
  Endpoints endpoints;
  for (const std::string& entry : entries) {
    const std::pair<std::string, std::string> parts =
        absl::StrSplit(entry, absl::MaxSplits('=', 1));
    if (parts.first.empty() || !IsHostAndPort(parts.second)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--endpoints: `", entry,
          "` must be name=host:port with a port from 1 to 65535, for "
          "example cases=127.0.0.1:7104"));
    }
    if (!endpoints.insert(parts).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--endpoints: `", parts.first, "` is given twice; give it once"));
    }
  }
  return endpoints;
}

absl::StatusOr<std::string> FindEndpoint(const Endpoints& endpoints,
                                         const std::string& name) {
  const auto found = endpoints.find(name);
  if (found != endpoints.end()) return found->second;
  return absl::InvalidArgumentError(absl::StrCat(
      "--endpoints does not name `", name, "`; add ", name, "=host:port"));
}

}  // namespace wangge::rpc
