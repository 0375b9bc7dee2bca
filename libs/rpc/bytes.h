// Messages in the form in which they go over the wire, for methods marked raw:
// what many streams send is serialized once, and its bytes are shared.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/io/coded_stream.h"
#include "grpcpp/impl/codegen/proto_utils.h"
#include "grpcpp/support/byte_buffer.h"

namespace wangge::rpc {

// Copies of the result share the bytes. Fails only beyond 2 GiB, which ends the
// process.
template <typename Message>
grpc::ByteBuffer ToBytes(const Message& message) {
  grpc::ByteBuffer bytes;
  bool own_buffer = false;
  const grpc::Status status = grpc::SerializationTraits<Message>::Serialize(
      message, &bytes, &own_buffer);
  if (!status.ok()) std::abort();
  return bytes;
}

// What is stored or shared as it is sent need not be read and written again on
// its way: fields as https://protobuf.dev/programming-guides/encoding has them.

// Begins field `number` of a message, a text or message of `size` bytes.
inline void AppendFieldHead(int number, size_t size, std::string* message) {
  using google::protobuf::io::CodedOutputStream;
  constexpr uint32_t kLengthDelimited = 2;  // The wire type.
  uint8_t head[10];
  uint8_t* end = CodedOutputStream::WriteVarint32ToArray(
      static_cast<uint32_t>(number) << 3 | kLengthDelimited, head);
  end =
      CodedOutputStream::WriteVarint32ToArray(static_cast<uint32_t>(size), end);
  message->append(head, end);
}

inline void AppendField(int number, absl::string_view value,
                        std::string* message) {
  AppendFieldHead(number, value.size(), message);
  message->append(value.data(), value.size());
}

// What a client is told whose request cannot be read.
inline absl::Status Unreadable() {
  return absl::InvalidArgumentError("the request is not of the method's type");
}

// False when the bytes are no such message.
template <typename Message>
bool FromBytes(grpc::ByteBuffer bytes, Message* message) {
  return grpc::SerializationTraits<Message>::Deserialize(&bytes, message).ok();
}

}  // namespace wangge::rpc
