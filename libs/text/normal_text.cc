#include "text/normal_text.h"

#include <opencc/opencc.h>

#include <cstdint>

#include "base/text.h"

namespace wangge::text {
namespace {

// The block of Chinese characters that everyday text consists of.
constexpr char32_t kFirst = 0x4E00;
constexpr char32_t kLast = 0x9FFF;

// The simplified form of every character of the block; of those without one the
// character itself. OpenCC is asked once for each: its converter is made for
// whole texts and costs more than all the rest of routing.
class Simplified {
 public:
  Simplified() {
    opencc_t converter = opencc_open("t2s.json");
    for (char32_t c = kFirst; c <= kLast; ++c) forms_.push_back(c);
    // Without OpenCC's tables traditional characters stay what they are.
    if (reinterpret_cast<intptr_t>(converter) == -1) return;
    for (char32_t& c : forms_) {
      std::string text;
      AppendUtf8(c, &text);
      char* converted =
          opencc_convert_utf8(converter, text.data(), text.size());
      if (converted == nullptr) continue;
      const std::vector<char32_t> form = DecodeUtf8(converted);
      opencc_convert_utf8_free(converted);
      if (form.size() == 1) c = form[0];
    }
    opencc_close(converter);
  }

  char32_t FormOf(char32_t c) const {
    return c < kFirst || c > kLast ? c : forms_[c - kFirst];
  }

 private:
  std::vector<char32_t> forms_;
};

const Simplified& TheSimplified() {
  static const auto* const simplified = new Simplified;
  return *simplified;
}

}  // namespace

NormalText::NormalText(const std::string& text)
    : characters_(DecodeUtf8(text)) {
  const Simplified& simplified = TheSimplified();
  bytes_.reserve(text.size());
  size_t kept = 0;
  for (const char32_t raw : characters_) {
    const char32_t c = simplified.FormOf(NormalizeCharacter(raw));
    if (c == U' ') continue;
    characters_[kept++] = c;
    AppendUtf8(c, &bytes_);
  }
  characters_.resize(kept);
}

}  // namespace wangge::text
