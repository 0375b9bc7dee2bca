// Messages in the form in which they go over the wire, for methods marked raw:
// what many streams send is serialized once, and its bytes are shared.
#pragma once

#include <cstdlib>

#include "absl/status/status.h"
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
