#include "db/array.h"

#include <bit>

namespace wangge::db {
namespace {

// PostgreSQL counts microseconds from here.
const absl::Time kEpoch = absl::FromUnixSeconds(946'684'800);  // 2000-01-01 UTC

template <typename Integer>
void AppendBigEndian(Integer value, std::string* out) {
  for (int shift = 8 * (sizeof(value) - 1); shift >= 0; shift -= 8) {
    out->push_back(static_cast<char>(value >> shift));
  }
}

}  // namespace

std::string Array::Binary() const {
  std::string binary;
  binary.reserve(5 * sizeof(uint32_t) + items_.size());
  AppendBigEndian<uint32_t>(count_ == 0 ? 0 : 1, &binary);  // Dimensions.
  AppendBigEndian<uint32_t>(has_null_ ? 1 : 0, &binary);
  AppendBigEndian(type_, &binary);
  if (count_ == 0) return binary;
  AppendBigEndian(count_, &binary);
  AppendBigEndian<uint32_t>(1, &binary);  // The first one's index.
  return binary + items_;
}

void Array::AddNull() {
  ++count_;
  has_null_ = true;
  AppendBigEndian<int32_t>(-1, &items_);
}

void Array::AddBinary(absl::string_view item) {
  ++count_;
  AppendBigEndian(static_cast<uint32_t>(item.size()), &items_);
  items_.append(item.data(), item.size());
}

void Array::AddItem(const std::string& text_or_bytes) {
  AddBinary(text_or_bytes);
}

void Array::AddItem(int64_t value) {
  std::string item;  // Short ones cost no allocation.
  AppendBigEndian(value, &item);
  AddBinary(item);
}

void Array::AddItem(double value) { AddItem(std::bit_cast<int64_t>(value)); }

void Array::AddItem(bool value) { AddBinary({value ? "\1" : "\0", 1}); }

void Array::AddItem(absl::Time time) {
  AddItem(absl::ToInt64Microseconds(
      absl::Floor(time - kEpoch, absl::Microseconds(1))));
}

}  // namespace wangge::db
