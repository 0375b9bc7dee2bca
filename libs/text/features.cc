#include "text/features.h"

#include <algorithm>

#include "base/text.h"

namespace wangge::text {
namespace {

constexpr size_t kLongest = 3;

// FNV-1a over code points: fixed for ever, because models store its values.
uint32_t Hash(const char32_t* begin, size_t length) {
  uint64_t hash = 14695981039346656037ULL;
  for (size_t i = 0; i < length; ++i) {
    hash = (hash ^ begin[i]) * 1099511628211ULL;
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

bool IsWordCharacter(char32_t c) {
  return c >= 0x80
             ? !(c >= 0x2000 && c < 0x2E80) && !(c >= 0x3000 && c < 0x3040)
             : (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
}

}  // namespace

std::vector<std::pair<uint32_t, float>> ExtractFeatures(const std::string& text,
                                                        int bucket_bits) {
  std::vector<char32_t> chars;
  for (const char32_t c : DecodeUtf8(NormalizeText(text))) {
    // Segmented text has a blank between all words; joining over it makes both
    // kinds alike. Punctuation separates.
    if (c != U' ') chars.push_back(IsWordCharacter(c) ? c : U' ');
  }
  const uint32_t mask = (1U << bucket_bits) - 1;
  std::vector<uint32_t> buckets;
  buckets.reserve(chars.size() * kLongest);
  for (size_t i = 0; i < chars.size(); ++i) {
    for (size_t n = 1; n <= kLongest && i + n <= chars.size(); ++n) {
      if (chars[i + n - 1] == U' ') break;
      buckets.push_back(Hash(&chars[i], n) & mask);
    }
  }
  std::sort(buckets.begin(), buckets.end());
  std::vector<std::pair<uint32_t, float>> features;
  for (const uint32_t bucket : buckets) {
    if (features.empty() || features.back().first != bucket) {
      features.emplace_back(bucket, 0.0F);
    }
    features.back().second += 1;
  }
  return features;
}

}  // namespace wangge::text
