// What the classifier sees of a text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/normal_text.h"

namespace wangge::text {

// A hashed character n-gram of a text, or of its head, which has features of
// its own: the upper half of all buckets is the head's.
struct Feature {
  uint32_t bucket = 0;
  uint16_t count = 0;  // At most 65,535.
};

inline bool IsOfHead(uint32_t bucket, int bucket_bits) {
  return bucket >> (bucket_bits - 1) != 0;
}

// Characters at the begin of a text that make its head: a title, or the first
// words of a caller, which say what the matter is.
inline constexpr size_t kHeadCharacters = 20;

// A text of no more characters is short: judged best by what learned from heads
// too, as a longer one is by what learned from whole texts alone. Chosen by
// cross-validation.
inline constexpr size_t kMostShortCharacters = 60;

inline bool IsShort(const NormalText& text) {
  return text.characters().size() <= kMostShortCharacters;
}

// Character n-grams of 1 to `longest`, in the order of their first occurrence;
// those in the head, if `with_head`, once more as the head's. N-grams run over
// blanks, which a NormalText has none of, but not over punctuation, so that
// segmented and natural text give nearly the same features.
std::vector<Feature> ExtractFeatures(const NormalText& text, int bucket_bits,
                                     size_t longest, bool with_head);

// The head of a text, as ExtractFeatures has it.
std::string HeadOf(const NormalText& text);

}  // namespace wangge::text
