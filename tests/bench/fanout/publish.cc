// fanout_publish: sends one message of BYTES to everybody who is subscribed at
// a peer. Prints `sent NANOSECONDS`, the monotonic time when it began.
//   fanout_publish nats PORT[,PORT…] BYTES
//   fanout_publish redis PORT BYTES FIRST RECIPIENTS
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

int Connect(int port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  return fd;
}

void SendAll(int fd, const std::string& text) {
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t size =
        send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (size <= 0) std::exit(1);
    sent += static_cast<size_t>(size);
  }
}

// Until a line with `mark` has come, or the end.
void ReadUntil(int fd, const std::string& mark) {
  std::string text;
  char buffer[65536];
  while (text.find(mark) == std::string::npos) {
    const ssize_t size = recv(fd, buffer, sizeof buffer, 0);
    if (size <= 0) return;
    text.append(buffer, static_cast<size_t>(size));
    if (text.size() > 1 << 20) text.erase(0, text.size() - mark.size());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const std::string peer = argv[1];
  const std::string payload(static_cast<size_t>(std::atoi(argv[3])), 'x');
  std::vector<int> sockets;
  std::stringstream ports(argv[2]);
  for (std::string port; std::getline(ports, port, ',');) {
    sockets.push_back(Connect(std::stoi(port)));
  }
  std::string text;
  if (peer == "nats") {
    for (const int fd : sockets) {
      SendAll(fd, "CONNECT {\"verbose\":false}\r\nPING\r\n");
      ReadUntil(fd, "PONG\r\n");
    }
    text = "PUB all " + std::to_string(payload.size()) + "\r\n" + payload +
           "\r\nPING\r\n";
  } else {
    const int first = std::atoi(argv[4]);
    const int recipients = std::atoi(argv[5]);
    for (int r = first; r < first + recipients; ++r) {
      const std::string channel = "r" + std::to_string(r);
      text += "*3\r\n$7\r\nPUBLISH\r\n$" + std::to_string(channel.size()) +
              "\r\n" + channel + "\r\n$" + std::to_string(payload.size()) +
              "\r\n" + payload + "\r\n";
    }
    text += "PING\r\n";
  }
  const auto begin = std::chrono::steady_clock::now();
  // Redis answers each command: somebody must read while it is being sent.
  std::vector<std::thread> readers;
  for (const int fd : sockets) {
    readers.emplace_back([fd] { ReadUntil(fd, "PONG\r\n"); });
  }
  for (const int fd : sockets) SendAll(fd, text);
  std::printf("sent %lld\n",
              static_cast<long long>(begin.time_since_epoch().count()));
  for (auto& reader : readers) reader.join();
  return 0;
}
