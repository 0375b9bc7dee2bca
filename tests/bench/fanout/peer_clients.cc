#include <cstring>

#include "tests/bench/fanout/protocol.h"

namespace wangge::bench {
namespace {

// https://docs.nats.io/reference/reference-protocols/nats-protocol
class NatsClient : public LightClient {
 public:
  std::string Hello(const Share& share) override {
    std::string out = "CONNECT {\"verbose\":false}\r\n";
    for (int r = 0; r < share.recipients; ++r) {
      out += "SUB all " + std::to_string(r + 1) + "\r\n";
    }
    return out + "PING\r\n";  // Its PONG comes when all are subscribed.
  }

  void Take(const char* data, size_t size, std::string* out) override {
    while (size > 0) {
      if (payload_ > 0) {  // The rest of a message's bytes.
        const size_t skip = std::min(payload_, size);
        payload_ -= skip;
        data += skip;
        size -= skip;
        if (payload_ == 0) ++delivered_;
        continue;
      }
      const char* end = static_cast<const char*>(memchr(data, '\n', size));
      const size_t length =
          end == nullptr ? size : static_cast<size_t>(end - data) + 1;
      line_.append(data, length);
      data += length;
      size -= length;
      if (end != nullptr) TakeLine(out);
    }
  }

  bool ready() const override { return ready_; }

 private:
  void TakeLine(std::string* out) {
    if (line_.compare(0, 3, "MSG") == 0) {
      const size_t space = line_.rfind(' ');
      payload_ = std::stoul(line_.substr(space + 1)) + 2;
    } else if (line_.compare(0, 4, "PING") == 0) {
      out->append("PONG\r\n");
    } else if (line_.compare(0, 4, "PONG") == 0) {
      ready_ = true;
    }
    line_.clear();
  }

  bool ready_ = false;
  size_t payload_ = 0;
  std::string line_;
};

// https://redis.io/docs/latest/develop/reference/protocol-spec (RESP2): every
// push is an array of three: subscribe, channel, count; message, channel, text.
class RedisClient : public LightClient {
 public:
  std::string Hello(const Share& share) override {
    recipients_ = share.recipients;
    std::string out = "SUBSCRIBE";
    for (int r = 0; r < share.recipients; ++r) {
      out += " r" + std::to_string(share.first + r);
    }
    return out + "\r\n";
  }

  void Take(const char* data, size_t size, std::string*) override {
    while (size > 0) {
      if (bulk_ > 0) {
        const size_t skip = std::min(bulk_, size);
        bulk_ -= skip;
        data += skip;
        size -= skip;
        if (bulk_ == 0) EndItem();
        continue;
      }
      const char* end = static_cast<const char*>(memchr(data, '\n', size));
      const size_t length =
          end == nullptr ? size : static_cast<size_t>(end - data) + 1;
      line_.append(data, length);
      data += length;
      size -= length;
      if (end != nullptr) TakeLine();
    }
  }

  bool ready() const override { return subscribed_ == recipients_; }

 private:
  void TakeLine() {
    if (line_[0] == '$') {
      bulk_ = std::stoul(line_.substr(1)) + 2;
    } else if (line_[0] == ':') {  // The count that ends a subscription.
      ++subscribed_;
      item_ = 0;
    } else if (line_[0] == '*') {
      item_ = 0;
    }
    line_.clear();
  }
  void EndItem() {
    if (++item_ == 3) ++delivered_;
  }

  int recipients_ = 0;
  int subscribed_ = 0;
  int item_ = 0;
  size_t bulk_ = 0;
  std::string line_;
};

}  // namespace

std::unique_ptr<LightClient> MakeNatsClient() {
  return std::make_unique<NatsClient>();
}
std::unique_ptr<LightClient> MakeRedisClient() {
  return std::make_unique<RedisClient>();
}

}  // namespace wangge::bench
