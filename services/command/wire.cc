#include "services/command/wire.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/io/coded_stream.h"

namespace wangge::command {
namespace {

using google::protobuf::io::CodedOutputStream;

// A field of bytes: https://protobuf.dev/programming-guides/encoding
constexpr uint32_t TagOf(int field) {
  return static_cast<uint32_t>(field) << 3 | 2;
}

void AppendVarint(uint32_t value, std::string* out) {
  uint8_t bytes[5];
  const uint8_t* end = CodedOutputStream::WriteVarint32ToArray(value, bytes);
  out->append(reinterpret_cast<const char*>(bytes),
              static_cast<size_t>(end - bytes));
}

void AppendText(int field, absl::string_view text, std::string* out) {
  AppendVarint(TagOf(field), out);
  AppendVarint(static_cast<uint32_t>(text.size()), out);
  out->append(text.data(), text.size());
}

size_t SizeOfText(int field, absl::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  return CodedOutputStream::VarintSize32(TagOf(field)) +
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

void ResponseWriter::SetCursor(absl::string_view cursor) {
  AppendText(v1::AttachResponse::kCursorFieldNumber, cursor, &piece_);
}

void ResponseWriter::Add(const EncodedDelivery& delivery,
                         absl::Span<const absl::string_view> recipient_ids) {
  constexpr int kRecipients = v1::Delivery::kRecipientIdsFieldNumber;
  size_t length = delivery.shared.size();
  for (const auto id : recipient_ids) length += SizeOfText(kRecipients, id);
  AppendVarint(TagOf(v1::AttachResponse::kDeliveriesFieldNumber), &piece_);
  AppendVarint(static_cast<uint32_t>(length), &piece_);
  for (const auto id : recipient_ids) AppendText(kRecipients, id, &piece_);
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
