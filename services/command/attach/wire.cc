#include "services/command/attach/wire.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/io/coded_stream.h"
#include "rpc/bytes.h"

namespace wangge::command {
namespace {

size_t SizeOfText(int field, absl::string_view text) {
  using google::protobuf::io::CodedOutputStream;
  const auto size = static_cast<uint32_t>(text.size());
  return CodedOutputStream::VarintSize32(static_cast<uint32_t>(field) << 3) +
         CodedOutputStream::VarintSize32(size) + size;
}

}  // namespace

std::string DeliveryId(int64_t delivery_no) {
  return absl::StrFormat("%015d", delivery_no);
}

int64_t DeliveryNo(const std::string& delivery_id) {
  int64_t number = 0;
  return absl::SimpleAtoi(delivery_id, &number) && number > 0 ? number : 0;
}

EncodedDelivery Encode(int64_t delivery_no, v1::Delivery delivery) {
  delivery.set_delivery_id(DeliveryId(delivery_no));
  delivery.clear_recipient_ids();
  return {delivery_no, grpc::Slice(delivery.SerializeAsString())};
}

EncodedDelivery EncodedDelivery::Clone() const {
  return {delivery_no, grpc::Slice(shared.begin(), shared.size())};
}

void ResponseWriter::SetCursor(absl::string_view cursor) {
  rpc::AppendField(v1::AttachResponse::kCursorFieldNumber, cursor, &piece_);
}

void ResponseWriter::Add(const EncodedDelivery& delivery,
                         absl::Span<const absl::string_view> recipient_ids) {
  constexpr int kRecipients = v1::Delivery::kRecipientIdsFieldNumber;
  size_t length = delivery.shared.size();
  for (const auto id : recipient_ids) length += SizeOfText(kRecipients, id);
  rpc::AppendFieldHead(v1::AttachResponse::kDeliveriesFieldNumber, length,
                       &piece_);
  for (const auto id : recipient_ids) {
    rpc::AppendField(kRecipients, id, &piece_);
  }
  EndPiece();
  slices_.push_back(delivery.shared);
  size_ += length;
}

void ResponseWriter::EndPiece() {
  if (piece_.empty()) return;
  slices_.emplace_back(piece_.data(), piece_.size());
  piece_.clear();
}

grpc::ByteBuffer ResponseWriter::Take() {
  EndPiece();
  if (slices_.empty()) slices_.emplace_back();  // An empty message is valid.
  grpc::ByteBuffer message(slices_.data(), slices_.size());
  slices_.clear();
  size_ = 0;
  return message;
}

}  // namespace wangge::command
