#include "rpc/connection_limits.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace wangge::rpc {
namespace {

// A socket on a port that the system chooses, and connections to it.
class Listener {
 public:
  Listener() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind(socket_, Address(), sizeof(address_));
    listen(socket_, 1);
    socklen_t size = sizeof(address_);
    getsockname(socket_, Address(), &size);
  }
  ~Listener() { close(socket_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  int port() const { return ntohs(address_.sin_port); }

  // Of a connection that it accepts.
  ConnectionLimits LimitsOfOne() {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client, Address(), sizeof(address_)), 0);
    const int accepted = accept(socket_, nullptr, nullptr);
    ConnectionLimits limits;
    socklen_t size = sizeof(int);
    getsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &limits.send_buffer_bytes,
               &size);
    getsockopt(accepted, IPPROTO_TCP, TCP_MAXSEG, &limits.segment_bytes, &size);
    close(accepted);
    close(client);
    return limits;
  }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }

  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
};

TEST(LimitConnectionsTest, ConnectionsToThePortInheritThem) {
  Listener limited;
  Listener other;
  const ConnectionLimits usual = other.LimitsOfOne();
  ASSERT_GT(usual.segment_bytes, 1'000);
  LimitConnections(limited.port(), {10'000, 1'000});
  const ConnectionLimits less = limited.LimitsOfOne();
  EXPECT_EQ(less.send_buffer_bytes, 20'000);
  // The options of TCP take some of it.
  EXPECT_LE(less.segment_bytes, 1'000);
  EXPECT_GT(less.segment_bytes, 900);
  EXPECT_EQ(other.LimitsOfOne().send_buffer_bytes, usual.send_buffer_bytes);
  EXPECT_EQ(other.LimitsOfOne().segment_bytes, usual.segment_bytes);
}

}  // namespace
}  // namespace wangge::rpc
