#include "testing/tcp_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

namespace wangge {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int Connect(int port) {
  const int socket_fd = socket(AF_INET, SOCK_STREAM, 0);
  const sockaddr_in address = Loopback(port);
  if (connect(socket_fd, reinterpret_cast<const sockaddr*>(&address),
              sizeof(address)) != 0) {
    close(socket_fd);
    return -1;
  }
  const int on = 1;
  setsockopt(socket_fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return socket_fd;
}

bool SendAll(int socket_fd, const std::string& bytes) {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count =
        send(socket_fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<size_t>(count);
  }
  return true;
}

}  // namespace

TcpProxy::TcpProxy(int target_port) : target_port_(target_port) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Loopback(0);
  socklen_t size = sizeof(address);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, generic, size) != 0 || listen(listener_, 50) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    std::abort();  // A test without it proves nothing.
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { Accept(); });
}

TcpProxy::~TcpProxy() {
  {
    MutexLock lock(&mutex_);
    closing_ = true;
    changed_.SignalAll();
    shutdown(listener_, SHUT_RDWR);
  }
  acceptor_.join();
  close(listener_);
  std::list<Connection> connections;
  {
    MutexLock lock(&mutex_);
    connections.swap(connections_);
  }
  for (Connection& connection : connections) {
    shutdown(connection.client, SHUT_RDWR);
    shutdown(connection.server, SHUT_RDWR);
    connection.to_server.join();
    connection.to_client.join();
    close(connection.client);
    close(connection.server);
  }
}

void TcpProxy::CutNextAnswerTo(const std::string& text) {
  MutexLock lock(&mutex_);
  cut_text_ = text;
  has_cut_ = false;
}

bool TcpProxy::has_cut() const {
  MutexLock lock(&mutex_);
  return has_cut_;
}

void TcpProxy::Hang() {
  MutexLock lock(&mutex_);
  hanging_ = true;
}

void TcpProxy::Resume() {
  MutexLock lock(&mutex_);
  hanging_ = false;
  changed_.SignalAll();
}

void TcpProxy::Accept() {
  for (;;) {
    const int client = accept(listener_, nullptr, nullptr);
    if (client < 0) return;
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    MutexLock lock(&mutex_);
    const int server = closing_ ? -1 : Connect(target_port_);
    if (server < 0) {
      close(client);
      continue;
    }
    Connection& connection = connections_.emplace_back();
    connection.client = client;
    connection.server = server;
    connection.to_server = std::thread([&] { Pump(&connection, true); });
    connection.to_client = std::thread([&] { Pump(&connection, false); });
  }
}

void TcpProxy::Pump(Connection* connection, bool to_server) {
  const int from = to_server ? connection->client : connection->server;
  const int to = to_server ? connection->server : connection->client;
  char buffer[65536];
  for (;;) {
    const ssize_t count = recv(from, buffer, sizeof(buffer), 0);
    if (count <= 0) break;
    const std::string bytes(buffer, static_cast<size_t>(count));
    if (!MayPass(connection, to_server, bytes) || !SendAll(to, bytes)) break;
  }
  shutdown(from, SHUT_RDWR);
  shutdown(to, SHUT_RDWR);
}

bool TcpProxy::MayPass(Connection* connection, bool to_server,
                       const std::string& bytes) {
  MutexLock lock(&mutex_);
  while (hanging_ && !closing_) changed_.Wait(&mutex_);
  if (to_server) {
    if (!cut_text_.empty() && bytes.find(cut_text_) != std::string::npos) {
      connection->cut_answer = true;
      cut_text_.clear();
    }
    return true;
  }
  has_cut_ = has_cut_ || connection->cut_answer;
  return !connection->cut_answer;
}

}  // namespace wangge
