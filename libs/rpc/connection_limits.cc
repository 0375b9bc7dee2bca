#include "rpc/connection_limits.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/numbers.h"

namespace wangge::rpc {
namespace {

bool ListensOn(int descriptor, int port) {
  int listens = 0;
  socklen_t size = sizeof(listens);
  if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 ||
      listens == 0) {
    return false;
  }
  // IPv4 has its port in the same place.
  sockaddr_in6 address{};
  size = sizeof(address);
  return getsockname(descriptor, reinterpret_cast<sockaddr*>(&address),
                     &size) == 0 &&
         (address.sin6_family == AF_INET || address.sin6_family == AF_INET6) &&
         ntohs(address.sin6_port) == port;
}

}  // namespace

void LimitConnections(int port, const ConnectionLimits& limits) {
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/self/fd", none)) {
    int descriptor = -1;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &descriptor) ||
        !ListensOn(descriptor, port)) {
      continue;
    }
    // Accepted sockets inherit both.
    setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &limits.send_buffer_bytes,
               sizeof(limits.send_buffer_bytes));
    setsockopt(descriptor, IPPROTO_TCP, TCP_MAXSEG, &limits.segment_bytes,
               sizeof(limits.segment_bytes));
  }
}

}  // namespace wangge::rpc
