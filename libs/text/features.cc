#include "text/features.h"

#include <algorithm>
#include <limits>

#include "base/text.h"

namespace wangge::text {
namespace {

// FNV-1a over code points: fixed for ever, because models store its values.
constexpr uint64_t kHashBasis = 14695981039346656037ULL;
constexpr uint64_t kHashPrime = 1099511628211ULL;

uint32_t Fold(uint64_t hash) {
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

// A question or an exclamation says something itself.
bool IsWordCharacter(char32_t c) {
  return c >= 0x80
             ? !(c >= 0x2000 && c < 0x2E80) && !(c >= 0x3000 && c < 0x3040)
             : (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') ||
                   c == U'?' || c == U'!';
}

}  // namespace

std::vector<Feature> ExtractFeatures(const NormalText& text, int bucket_bits,
                                     size_t longest) {
  const std::vector<char32_t>& chars = text.characters();
  const uint32_t mask = (1U << bucket_bits) - 1;
  // Every n-gram's bucket, and whether it lies outside the head.
  std::vector<uint32_t> grams;
  grams.reserve(chars.size() * longest);
  for (size_t i = 0; i < chars.size(); ++i) {
    uint64_t hash = kHashBasis;
    for (size_t n = 1; n <= longest && i + n <= chars.size(); ++n) {
      const char32_t last = chars[i + n - 1];
      if (!IsWordCharacter(last)) break;
      hash = (hash ^ last) * kHashPrime;
      const uint32_t outside = i + n > kHeadCharacters ? 1 : 0;
      grams.push_back((Fold(hash) & mask) << 1 | outside);
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

std::string HeadOf(const NormalText& text) {
  std::string head;
  const std::vector<char32_t>& chars = text.characters();
  for (size_t i = 0; i < std::min(chars.size(), kHeadCharacters); ++i) {
    AppendUtf8(chars[i], &head);
  }
  return head;
}

}  // namespace wangge::text
