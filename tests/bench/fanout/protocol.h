// Light clients of the fanout benchmark: as little work for a message as the
// protocol allows, so that the servers are what is measured. One connection
// each, driven by whoever polls the socket.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace wangge::bench {

// What the recipients of one connection are.
struct Share {
  int first = 0;    // Recipients first, first + 1, …
  int streams = 1;  // Spread evenly over so many streams.
  int recipients = 1;
};

class LightClient {
 public:
  virtual ~LightClient() = default;
  // Bytes to send first.
  virtual std::string Hello(const Share& share) = 0;
  // Takes what was received. Appends what must be answered to `*out`.
  virtual void Take(const char* data, size_t size, std::string* out) = 0;
  // True when the server has taken all recipients.
  virtual bool ready() const = 0;
  // Recipients that were delivered to so far.
  int64_t delivered() const { return delivered_; }

 protected:
  int64_t delivered_ = 0;
};

// Ours: HTTP/2 and gRPC, a stream of CommandService.Attach for each stream.
std::unique_ptr<LightClient> MakeWanggeClient();
// NATS: a subscription of its own for each recipient.
std::unique_ptr<LightClient> MakeNatsClient();
// Redis: a channel of its own for each recipient.
std::unique_ptr<LightClient> MakeRedisClient();

}  // namespace wangge::bench
