// Deliveries as they go over the wire: what all streams share of a delivery is
// serialized once.
#pragma once

#include <cstdint>
#include <string>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "grpcpp/support/byte_buffer.h"
#include "wangge/command/v1/command.pb.h"

namespace wangge::command {

// A delivery without its recipients. Copies share the bytes.
struct EncodedDelivery {
  int64_t delivery_no = 0;
  grpc::Slice shared;

  // Shares nothing with this one.
  EncodedDelivery Clone() const;
};

// `000000000000042` for 42: increases as text.
std::string DeliveryId(int64_t delivery_no);
// 0 when it is no delivery id.
int64_t DeliveryNo(const std::string& delivery_id);

// Gives the delivery its id and drops its recipients.
EncodedDelivery Encode(int64_t delivery_no, v1::Delivery delivery);

// Makes AttachResponses.
class ResponseWriter {
 public:
  // Once, if at all.
  void SetCursor(absl::string_view cursor);
  void Add(const EncodedDelivery& delivery,
           absl::Span<const absl::string_view> recipient_ids);
  // So many bytes were added.
  size_t size() const { return size_; }
  // The response; the writer is empty again.
  grpc::ByteBuffer Take();

 private:
  void EndPiece();

  std::string piece_;  // Bytes of this response alone.
  // Room for what most responses have: bytes of their own, and a delivery.
  absl::InlinedVector<grpc::Slice, 2> slices_;
  size_t size_ = 0;
};

}  // namespace wangge::command
