#include "text/features.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

#include "base/text.h"

namespace wangge::text {
namespace {

// FNV-1a over code points: fixed for ever, because models store its values.
constexpr uint64_t kHashBasis = 14695981039346656037ULL;
constexpr uint64_t kHashPrime = 1099511628211ULL;

uint32_t Fold(uint64_t hash) {
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

// Question and exclamation marks count as words: they tell something too.
bool IsWordCharacter(char32_t c) {
  return c >= 0x80
             ? !(c >= 0x2000 && c < 0x2E80) && !(c >= 0x3000 && c < 0x3040)
             : (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') ||
                   c == U'?' || c == U'!';
}

constexpr uint16_t kMaxCount = std::numeric_limits<uint16_t>::max();

// Features in the order of their first occurrence, found again by a hash table
// of their positions, which is much faster than sorting them.
class FeatureList {
 public:
  explicit FeatureList(size_t max_size)
      : slots_(std::bit_ceil(2 * max_size + 1), kEmpty) {
    features_.reserve(max_size);
  }

  void Count(uint32_t bucket) {
    const size_t mask = slots_.size() - 1;
    size_t slot = (bucket * size_t{0x9E3779B1}) & mask;
    while (slots_[slot] != kEmpty && features_[slots_[slot]].bucket != bucket) {
      slot = (slot + 1) & mask;
    }
    if (slots_[slot] == kEmpty) {
      slots_[slot] = static_cast<uint32_t>(features_.size());
      features_.push_back({bucket, 0});
    }
    Feature& feature = features_[slots_[slot]];
    if (feature.count < kMaxCount) ++feature.count;
  }

  std::vector<Feature> Features() && { return std::move(features_); }

 private:
  static constexpr uint32_t kEmpty = std::numeric_limits<uint32_t>::max();

  std::vector<uint32_t> slots_;
  std::vector<Feature> features_;
};

}  // namespace

std::vector<Feature> ExtractFeatures(const NormalText& text, int bucket_bits,
                                     size_t max_ngram, bool with_head) {
  const std::vector<char32_t>& chars = text.characters();
  const uint32_t heads = 1U << (bucket_bits - 1);
  const size_t head =
      with_head ? std::min(chars.size(), kHeadCharacters) : size_t{0};
  FeatureList list((chars.size() + head) * max_ngram);
  for (size_t i = 0; i < chars.size(); ++i) {
    uint64_t hash = kHashBasis;
    for (size_t n = 1; n <= max_ngram && i + n <= chars.size(); ++n) {
      const char32_t last = chars[i + n - 1];
      if (!IsWordCharacter(last)) break;
      hash = (hash ^ last) * kHashPrime;
      const uint32_t bucket = Fold(hash) & (heads - 1);
      list.Count(bucket);
      if (i + n <= head) list.Count(heads | bucket);
    }
  }
  return std::move(list).Features();
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
