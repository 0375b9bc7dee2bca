// UTF-8 text: the checks of the border and the units of display.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace wangge {

// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms).
bool IsUtf8(const std::string& text);

// `text` as UTF-8 without a byte order mark: as it is when it is UTF-8, else
// read as GB18030. INVALID_ARGUMENT when it is neither.
absl::StatusOr<std::string> ToUtf8(const std::string& text);

// The code points of well-formed UTF-8; ill-formed bytes become U+FFFD.
std::vector<char32_t> DecodeUtf8(const std::string& text);

// Appends one code point.
void AppendUtf8(char32_t c, std::string* out);

// Number of code points.
size_t Utf8Length(const std::string& text);

// At most `max_chars` code points of `text`, with an ellipsis when cut.
std::string Ellipsize(const std::string& text, size_t max_chars);

// One form of a character for matching: full-width as half-width, ASCII in
// lower case, white space and control characters as a blank.
char32_t NormalizeCharacter(char32_t c);

// Text of NormalizeCharacter's, runs of blanks as one.
std::string NormalizeText(const std::string& text);

}  // namespace wangge
