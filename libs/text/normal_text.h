// Texts in the one form in which words and features are looked for in them.
#pragma once

#include <string>
#include <vector>

namespace wangge::text {

// A text without blanks and control characters, full-width characters as
// half-width ones, ASCII in lower case, traditional characters as simplified
// ones (by OpenCC's table, each by itself). Positions in a text are positions
// in `characters`. Immutable, so thread-safe.
class NormalText {
 public:
  NormalText(const std::string& text);  // NOLINT: any text can be looked at.
  NormalText(const char* text) : NormalText(std::string(text)) {}  // NOLINT

  const std::vector<char32_t>& characters() const { return characters_; }
  // The same as UTF-8.
  const std::string& bytes() const { return bytes_; }

 private:
  std::vector<char32_t> characters_;
  std::string bytes_;
};

}  // namespace wangge::text
