#include "db/array.h"

#include "base/clock.h"
#include "base/crypto.h"

namespace wangge::db {

std::string ByteaText(const std::string& bytes) { return "\\x" + ToHex(bytes); }

void Array::AddRaw(const std::string& item) {
  if (!items_.empty()) items_.push_back(',');
  items_.append(item);
}

void Array::Add(const std::string& text) {
  std::string quoted = "\"";
  quoted.reserve(text.size() + 2);
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  AddRaw(quoted);
}

void Array::AddInt(int64_t value) { AddRaw(std::to_string(value)); }

void Array::AddBytes(const std::string& bytes) { Add(ByteaText(bytes)); }

void Array::AddTime(absl::Time time) { AddRaw(FormatUtc(time)); }

void Array::AddNull() { AddRaw("NULL"); }

}  // namespace wangge::db
