#include "base/text.h"

#include <iconv.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>

#include "absl/strings/str_cat.h"

namespace wangge {
namespace {

// True for all bytes of a code point but the first.
bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xC0) == 0x80; }

bool IsBlank(char32_t c) {
  return c <= 0x20 || c == 0x7F || c == 0x3000 || c == 0xA0 || c == 0xFEFF;
}

}  // namespace

bool IsUtf8(const std::string& text) { return utf8::is_valid(text); }

// GB18030 by the C library's iconv: utf8cpp knows Unicode's encodings only.
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
  // No text has more code points than bytes.
  std::vector<char32_t> result(text.size());
  const char* begin = text.data();
  char32_t* end = nullptr;
  try {
    end = utf8::utf8to32(begin, begin + text.size(), result.data());
  } catch (const utf8::exception&) {
    return DecodeUtf8(utf8::replace_invalid(text));
  }
  result.resize(static_cast<size_t>(end - result.data()));
  return result;
}

void AppendUtf8(char32_t c, std::string* out) {
  std::array<char, 4> bytes;
  const char* end = utf8::unchecked::append(c, bytes.data());
  // At once: most time goes into growing the string.
  out->append(bytes.data(), static_cast<size_t>(end - bytes.data()));
}

// Counting first bytes is safe for ill-formed text too, which
// utf8::unchecked::distance would read beyond its end.
size_t Utf8Length(const std::string& text) {
  return static_cast<size_t>(text.size() -
                             static_cast<size_t>(std::count_if(
                                 text.begin(), text.end(), IsContinuation)));
}

std::string Ellipsize(const std::string& text, size_t max_chars) {
  if (Utf8Length(text) <= max_chars) return text;
  size_t size = 0;
  for (size_t chars = 0; size < text.size(); ++size) {
    if (!IsContinuation(text[size]) && ++chars >= max_chars) break;
  }
  return text.substr(0, size) + "…";
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
  for (const char32_t raw : DecodeUtf8(text)) {
    const char32_t c = NormalizeCharacter(raw);
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
