// fanout_load: one process of recipients. Connects, waits until the server has
// taken all of them, says so, and says when all were delivered to.
//   fanout_load PROTOCOL HOST PORT CONNECTIONS STREAMS RECIPIENTS FIRST
// Prints `ready`, then for each line on standard input (the number of the
// round) `done NANOSECONDS CPU_SECONDS`: the monotonic time of the last one.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/bench/fanout/protocol.h"

namespace wangge::bench {
namespace {

int64_t Now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

double CpuSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) +
           1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

[[noreturn]] void Die(const char* what) {
  std::fprintf(stderr, "fanout_load: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

struct Connection {
  int socket = -1;
  std::unique_ptr<LightClient> client;
  std::string out;  // What waits to be sent.
};

class Load {
 public:
  Load(const std::string& protocol, const std::string& host, int port)
      : protocol_(protocol),
        host_(host),
        port_(port),
        epoll_(epoll_create1(0)) {}

  // Spreads streams and recipients evenly over the connections.
  void Connect(int connections, int streams, int recipients, int first) {
    connections_.resize(static_cast<size_t>(connections));
    const auto part = [&](int total, int i) {
      return static_cast<int>(int64_t{total} * (i + 1) / connections) -
             static_cast<int>(int64_t{total} * i / connections);
    };
    for (int i = 0; i < connections; ++i) {
      const Share share{first, part(streams, i), part(recipients, i)};
      Open(&connections_[static_cast<size_t>(i)], share);
      first += share.recipients;
      if (i % 200 == 199) Poll(0);
    }
    while (ready_ < connections_.size()) Poll(1000);
  }

  // Until so many were delivered in all.
  void WaitFor(int64_t deliveries) {
    while (delivered_ < deliveries) Poll(1000);
  }

 private:
  void Open(Connection* c, const Share& share) {
    c->socket = socket(AF_INET, SOCK_STREAM, 0);
    const int on = 1;
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port_));
    inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
    if (connect(c->socket, reinterpret_cast<sockaddr*>(&address),
                sizeof address) != 0) {
      Die("connect");
    }
    c->client = protocol_ == "wangge" ? MakeWanggeClient()
                : protocol_ == "nats" ? MakeNatsClient()
                                      : MakeRedisClient();
    c->out = c->client->Hello(share);
    epoll_event event = {};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = c;
    epoll_ctl(epoll_, EPOLL_CTL_ADD, c->socket, &event);
  }

  void Poll(int milliseconds) {
    epoll_event events[512];
    const int count = epoll_wait(epoll_, events, 512, milliseconds);
    for (int i = 0; i < count; ++i) {
      auto* c = static_cast<Connection*>(events[i].data.ptr);
      Receive(c);
      Flush(c);
    }
  }

  void Receive(Connection* c) {
    static char buffer[1 << 18];
    while (true) {
      const ssize_t size = recv(c->socket, buffer, sizeof buffer, MSG_DONTWAIT);
      if (size == 0) Die("the server closed a connection");
      if (size < 0) {
        if (errno != EAGAIN) Die("recv");
        return;
      }
      const bool was_ready = c->client->ready();
      const int64_t before = c->client->delivered();
      c->client->Take(buffer, static_cast<size_t>(size), &c->out);
      ready_ += !was_ready && c->client->ready() ? 1 : 0;
      delivered_ += c->client->delivered() - before;
      if (size < static_cast<ssize_t>(sizeof buffer)) return;
    }
  }

  static void Flush(Connection* c) {
    while (!c->out.empty()) {
      const ssize_t size = send(c->socket, c->out.data(), c->out.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
      if (size < 0) {
        if (errno != EAGAIN) Die("send");
        return;
      }
      c->out.erase(0, static_cast<size_t>(size));
    }
  }

  const std::string protocol_;
  const std::string host_;
  const int port_;
  const int epoll_;
  std::vector<Connection> connections_;
  size_t ready_ = 0;
  int64_t delivered_ = 0;
};

}  // namespace
}  // namespace wangge::bench

int main(int argc, char** argv) {
  if (argc != 8) {
    std::fprintf(stderr,
                 "usage: fanout_load wangge|nats|redis HOST PORT CONNECTIONS "
                 "STREAMS RECIPIENTS FIRST\n");
    return 2;
  }
  wangge::bench::Load load(argv[1], argv[2], std::atoi(argv[3]));
  const int recipients = std::atoi(argv[6]);
  load.Connect(std::atoi(argv[4]), std::atoi(argv[5]), recipients,
               std::atoi(argv[7]));
  std::printf("ready\n");
  std::fflush(stdout);
  int round = 0;
  while (std::scanf("%d", &round) == 1) {
    const double cpu = wangge::bench::CpuSeconds();
    load.WaitFor(int64_t{recipients} * round);
    std::printf("done %lld %.3f\n",
                static_cast<long long>(wangge::bench::Now()),
                wangge::bench::CpuSeconds() - cpu);
    std::fflush(stdout);
  }
  return 0;
}
