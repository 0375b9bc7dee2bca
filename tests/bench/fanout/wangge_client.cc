// HTTP/2 (RFC 9113) and gRPC, just enough for a stream that joins and receives.
#include <cstring>
#include <unordered_map>

#include "tests/bench/fanout/protocol.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::bench {
namespace {

constexpr char kPreface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
constexpr uint8_t kData = 0, kHeaders = 1, kSettings = 4, kPing = 6,
                  kWindowUpdate = 8;
constexpr uint8_t kAck = 1, kEndHeaders = 4;
constexpr uint32_t kHugeWindow = 0x7fffffff;
constexpr size_t kFrameHeader = 9;

void AppendNumber(uint32_t value, int bytes, std::string* out) {
  for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift & 0xff));
  }
}

uint32_t ReadNumber(const char* data, int bytes) {
  uint32_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value = value << 8 | static_cast<uint8_t>(data[i]);
  }
  return value;
}

void AppendFrame(uint8_t type, uint8_t flags, uint32_t stream,
                 const std::string& payload, std::string* out) {
  AppendNumber(static_cast<uint32_t>(payload.size()), 3, out);
  AppendNumber(type, 1, out);
  AppendNumber(flags, 1, out);
  AppendNumber(stream, 4, out);
  out->append(payload);
}

// A header field without Huffman coding and without the dynamic table (RFC
// 7541, 6.2.2).
void AppendField(const std::string& name, const std::string& value,
                 std::string* out) {
  out->push_back(0);
  out->push_back(static_cast<char>(name.size()));
  out->append(name);
  out->push_back(static_cast<char>(value.size()));
  out->append(value);
}

std::string RequestHeaders() {
  std::string fields;
  fields.push_back(static_cast<char>(0x83));  // :method POST
  fields.push_back(static_cast<char>(0x86));  // :scheme http
  AppendField(":path", "/wangge.command.v1.CommandService/Attach", &fields);
  AppendField(":authority", "localhost", &fields);
  AppendField("te", "trailers", &fields);
  AppendField("content-type", "application/grpc", &fields);
  return fields;
}

uint32_t ReadVarint(const char** data) {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(*(*data)++);
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

// Recipients of the deliveries of an AttachResponse; they come first in each.
int CountRecipients(const char* data, const char* end) {
  constexpr uint32_t kDeliveries =
      command::v1::AttachResponse::kDeliveriesFieldNumber << 3 | 2;
  constexpr uint32_t kRecipients =
      command::v1::Delivery::kRecipientIdsFieldNumber << 3 | 2;
  int count = 0;
  while (data < end) {
    const uint32_t tag = ReadVarint(&data);
    const uint32_t size = ReadVarint(&data);
    const char* field_end = data + size;
    while (tag == kDeliveries && data < field_end &&
           ReadVarint(&data) == kRecipients) {
      const uint32_t length = ReadVarint(&data);
      data += length;
      ++count;
    }
    data = field_end;
  }
  return count;
}

class WanggeClient : public LightClient {
 public:
  std::string Hello(const Share& share) override {
    std::string out = kPreface;
    std::string settings;
    AppendNumber(4, 2, &settings);  // Initial window of streams.
    AppendNumber(kHugeWindow, 4, &settings);
    AppendFrame(kSettings, 0, 0, settings, &out);
    std::string window;
    AppendNumber(kHugeWindow - 65535, 4, &window);
    AppendFrame(kWindowUpdate, 0, 0, window, &out);
    const std::string headers = RequestHeaders();
    streams_ = share.streams;
    for (int s = 0; s < share.streams; ++s) {
      const uint32_t id = 1 + 2 * static_cast<uint32_t>(s);
      AppendFrame(kHeaders, kEndHeaders, id, headers, &out);
      AppendFrame(kData, 0, id, Join(share, s), &out);
    }
    return out;
  }

  void Take(const char* data, size_t size, std::string* out) override {
    if (!buffer_.empty()) {
      buffer_.append(data, size);
      data = buffer_.data();
      size = buffer_.size();
    }
    size_t taken = 0;
    while (size - taken >= kFrameHeader) {
      const char* frame = data + taken;
      const size_t length = ReadNumber(frame, 3);
      if (size - taken < kFrameHeader + length) break;
      TakeFrame(static_cast<uint8_t>(frame[3]), static_cast<uint8_t>(frame[4]),
                ReadNumber(frame + 5, 4), frame + kFrameHeader, length, out);
      taken += kFrameHeader + length;
    }
    std::string rest(data + taken, size - taken);
    buffer_.swap(rest);
  }

  bool ready() const override { return joined_ == streams_; }

 private:
  static std::string Join(const Share& share, int stream) {
    command::v1::AttachRequest request;
    for (int r = stream; r < share.recipients; r += share.streams) {
      request.add_join_recipient_ids("r" + std::to_string(share.first + r));
    }
    const std::string body = request.SerializeAsString();
    std::string message(1, '\0');
    AppendNumber(static_cast<uint32_t>(body.size()), 4, &message);
    return message + body;
  }

  void TakeFrame(uint8_t type, uint8_t flags, uint32_t stream, const char* data,
                 size_t length, std::string* out) {
    if (type == kData) {
      TakeData(stream, data, length);
    } else if (type == kSettings && (flags & kAck) == 0) {
      AppendFrame(kSettings, kAck, 0, "", out);
    } else if (type == kPing && (flags & kAck) == 0) {
      AppendFrame(kPing, kAck, 0, std::string(data, length), out);
    }
  }

  void TakeData(uint32_t stream, const char* data, size_t length) {
    const auto open = partial_.find(stream);
    if (open != partial_.end()) {
      open->second.append(data, length);
      const std::string whole = std::move(open->second);
      partial_.erase(open);
      TakeMessages(stream, whole.data(), whole.size());
    } else {
      TakeMessages(stream, data, length);
    }
  }

  void TakeMessages(uint32_t stream, const char* data, size_t length) {
    while (length >= 5) {
      const size_t size = ReadNumber(data + 1, 4);
      if (length < 5 + size) break;
      const int recipients = CountRecipients(data + 5, data + 5 + size);
      delivered_ += recipients;
      joined_ += recipients == 0 ? 1 : 0;
      data += 5 + size;
      length -= 5 + size;
    }
    if (length > 0) partial_[stream] = std::string(data, length);
  }

  int streams_ = 0;
  int joined_ = 0;
  std::string buffer_;
  std::unordered_map<uint32_t, std::string> partial_;
};

}  // namespace

std::unique_ptr<LightClient> MakeWanggeClient() {
  return std::make_unique<WanggeClient>();
}

}  // namespace wangge::bench
