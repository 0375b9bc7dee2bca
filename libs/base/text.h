// UTF-8 text: checking, decoding, counting, and one form for comparing.
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

// The code points; each ill-formed sequence becomes one U+FFFD.
std::vector<char32_t> DecodeUtf8(const std::string& text);

// Appends a code point, which must be a valid one.
void AppendUtf8(char32_t c, std::string* out);

// Number of code points of well-formed UTF-8.
size_t Utf8Length(const std::string& text);

// `text` cut to `max_chars` code points, at least 1; the last one is an
// ellipsis when it was cut.
std::string Ellipsize(const std::string& text, size_t max_chars);

// The form of a character for matching: half-width for full-width, lower case
// for ASCII, a blank for white space and control characters.
char32_t NormalizeCharacter(char32_t c);

// The text with NormalizeCharacter applied; runs of blanks become one, and none
// stands at either end.
std::string NormalizeText(const std::string& text);

}  // namespace wangge
