#include "text/normal_text.h"

#include <opencc/opencc.h>

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
    if (converter == reinterpret_cast<opencc_t>(-1)) return;
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
    : characters_(DecodeUtf8(NormalizeText(text))) {
  const Simplified& simplified = TheSimplified();
  std::erase(characters_, U' ');
  bytes_.reserve(text.size());
  for (char32_t& c : characters_) {
    c = simplified.FormOf(c);
    AppendUtf8(c, &bytes_);
  }
}

}  // namespace wangge::text
