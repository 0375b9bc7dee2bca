#include "rpc/send_buffers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
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
  int SendBufferOfOne() {
    const int client = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(client, Address(), sizeof(address_)), 0);
    const int accepted = accept(socket_, nullptr, nullptr);
    int bytes = 0;
    socklen_t size = sizeof(bytes);
    getsockopt(accepted, SOL_SOCKET, SO_SNDBUF, &bytes, &size);
    close(accepted);
    close(client);
    return bytes;
  }

 private:
  sockaddr* Address() { return reinterpret_cast<sockaddr*>(&address_); }

  const int socket_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address_{};
};

TEST(LimitSendBuffersTest, ConnectionsToThePortInheritIt) {
  Listener limited;
  Listener other;
  const int usual = other.SendBufferOfOne();
  ASSERT_EQ(limited.SendBufferOfOne(), usual);
  LimitSendBuffers(limited.port(), 10'000);
  EXPECT_EQ(limited.SendBufferOfOne(), 20'000);
  EXPECT_EQ(other.SendBufferOfOne(), usual);
}

}  // namespace
}  // namespace wangge::rpc
