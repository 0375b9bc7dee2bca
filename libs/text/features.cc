#include "text/features.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace wangge::text {
namespace {

// FNV-1a over code points: fixed for ever, because models store its values.
uint32_t Hash(const char32_t* begin, size_t length) {
  uint64_t hash = 14695981039346656037ULL;
  for (size_t i = 0; i < length; ++i) {
    hash = (hash ^ begin[i]) * 1099511628211ULL;
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

// A question or an exclamation says something itself.
bool IsWordCharacter(char32_t c) {
  return c >= 0x80
             ? !(c >= 0x2000 && c < 0x2E80) && !(c >= 0x3000 && c < 0x3040)
             : (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') ||
                   c == U'?' || c == U'!';
}

// The characters of a text; punctuation, which separates, is a blank. Segmented
// text has a blank between all words; joining over it makes both kinds alike.
std::vector<char32_t> CharactersOf(const std::string& text) {
  std::vector<char32_t> chars;
  for (const char32_t c : DecodeUtf8(NormalizeText(text))) {
    if (c != U' ') chars.push_back(IsWordCharacter(c) ? c : U' ');
  }
  return chars;
}

}  // namespace

std::vector<Feature> ExtractFeatures(const std::string& text, int bucket_bits,
                                     size_t longest) {
  const std::vector<char32_t> chars = CharactersOf(text);
  const uint32_t mask = (1U << bucket_bits) - 1;
  // Every n-gram's bucket, and whether it lies outside the head.
  std::vector<uint32_t> grams;
  grams.reserve(chars.size() * longest);
  for (size_t i = 0; i < chars.size(); ++i) {
    for (size_t n = 1; n <= longest && i + n <= chars.size(); ++n) {
      if (chars[i + n - 1] == U' ') break;
      const uint32_t outside = i + n > kHeadCharacters ? 1 : 0;
      grams.push_back((Hash(&chars[i], n) & mask) << 1 | outside);
    }
  }
  std::sort(grams.begin(), grams.end());
  constexpr uint16_t kMost = std::numeric_limits<uint16_t>::max();
  std::vector<Feature> features;
  features.reserve(grams.size());
  for (const uint32_t gram : grams) {
    if (features.empty() || features.back().bucket != gram >> 1) {
      features.push_back({gram >> 1, 0, 0});
    }
    Feature& feature = features.back();
    if (feature.count < kMost) ++feature.count;
    if ((gram & 1) == 0) ++feature.head_count;  // There are few.
  }
  return features;
}

std::string HeadOf(const std::string& text) {
  std::string head;
  const std::vector<char32_t> chars = CharactersOf(text);
  for (size_t i = 0; i < std::min(chars.size(), kHeadCharacters); ++i) {
    // Punctuation stays something that separates.
    AppendUtf8(chars[i] == U' ' ? U',' : chars[i], &head);
  }
  return head;
}

}  // namespace wangge::text
