#include "base/text.h"

#include <iconv.h>

#include <array>
#include <cstdint>
#include <memory>

#include "absl/strings/str_cat.h"

namespace wangge {
namespace {

constexpr char32_t kBad = 0xFFFD;

// Reads the code point at *pos and moves past it; kBad on ill-formed bytes, of
// which exactly one is consumed.
char32_t NextCodePoint(const std::string& text, size_t* pos, bool* ok) {
  const auto byte = [&](size_t i) {
    return static_cast<uint8_t>(text[*pos + i]);
  };
  const uint8_t first = byte(0);
  size_t length = 1;
  char32_t value = first;
  char32_t least = 0;
  if (first >= 0xF0 && first < 0xF5) {
    length = 4;
    value = first & 0x07U;
    least = 0x10000;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3;
    value = first & 0x0FU;
    least = 0x800;
  } else if (first >= 0xC2 && first < 0xE0) {
    length = 2;
    value = first & 0x1FU;
    least = 0x80;
  } else if (first >= 0x80) {
    *ok = false;
    ++*pos;
    return kBad;
  }
  bool good = *pos + length <= text.size();
  for (size_t i = 1; good && i < length; ++i) {
    good = (byte(i) & 0xC0) == 0x80;
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  if (!good || value < least || value > 0x10FFFF ||
      (value >= 0xD800 && value < 0xE000)) {
    *ok = false;
    ++*pos;
    return kBad;
  }
  *pos += length;
  return value;
}

bool IsBlank(char32_t c) {
  return c <= 0x20 || c == 0x7F || c == 0x3000 || c == 0xA0 || c == 0xFEFF;
}

}  // namespace

bool IsUtf8(const std::string& text) {
  bool ok = true;
  for (size_t pos = 0; ok && pos < text.size();) NextCodePoint(text, &pos, &ok);
  return ok;
}

absl::StatusOr<std::string> ToUtf8(const std::string& text) {
  constexpr char kMark[] = "\xEF\xBB\xBF";
  if (IsUtf8(text)) return text.substr(text.rfind(kMark, 0) == 0 ? 3 : 0);
  const auto close = [](void* converter) { iconv_close(converter); };
  const std::unique_ptr<void, decltype(close)> converter(
      iconv_open("UTF-8", "GB18030"), close);
  std::string in = text;
  // No GB18030 character of n bytes needs more than 2 n bytes of UTF-8.
  std::string out(2 * text.size(), '\0');
  char* from = in.data();
  char* to = out.data();
  size_t left = in.size();
  size_t room = out.size();
  if (iconv(converter.get(), &from, &left, &to, &room) ==
      static_cast<size_t>(-1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("is neither UTF-8 nor GB18030 (byte ",
                     in.size() - left + 1, "); save it as UTF-8"));
  }
  out.resize(out.size() - room);
  return out;
}

std::vector<char32_t> DecodeUtf8(const std::string& text) {
  std::vector<char32_t> result;
  result.reserve(text.size() / 2);
  bool ok = true;
  for (size_t pos = 0; pos < text.size();) {
    result.push_back(NextCodePoint(text, &pos, &ok));
  }
  return result;
}

void AppendUtf8(char32_t c, std::string* out) {
  std::array<char, 4> bytes;
  size_t size = 0;
  const auto add = [&](char32_t byte) {
    bytes[size++] = static_cast<char>(byte);
  };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0 | (c >> 6));
    add(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    add(0xE0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  } else {
    add(0xF0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3F));
    add(0x80 | ((c >> 6) & 0x3F));
    add(0x80 | (c & 0x3F));
  }
  // At once: most time goes into growing the string.
  out->append(bytes.data(), size);
}

size_t Utf8Length(const std::string& text) {
  size_t count = 0;
  for (const char c : text) {
    if ((static_cast<uint8_t>(c) & 0xC0) != 0x80) ++count;
  }
  return count;
}

std::string Ellipsize(const std::string& text, size_t max_chars) {
  if (Utf8Length(text) <= max_chars) return text;
  size_t pos = 0;
  bool ok = true;
  for (size_t i = 0; i + 1 < max_chars; ++i) NextCodePoint(text, &pos, &ok);
  return text.substr(0, pos) + "…";
}

char32_t NormalizeCharacter(char32_t c) {
  if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
  if (c >= U'A' && c <= U'Z') c += 32;
  return IsBlank(c) ? U' ' : c;
}

std::string NormalizeText(const std::string& text) {
  std::string out;
  out.reserve(text.size());
  bool blank = true;  // Drops leading blanks.
  bool ok = true;
  for (size_t pos = 0; pos < text.size();) {
    const char32_t c = NormalizeCharacter(NextCodePoint(text, &pos, &ok));
    if (c == U' ') {
      if (!blank) out.push_back(' ');
      blank = true;
      continue;
    }
    blank = false;
    AppendUtf8(c, &out);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace wangge
