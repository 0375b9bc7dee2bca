// What the classifier sees of a text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/normal_text.h"

namespace wangge::text {

// A hashed character n-gram.
struct Feature {
  uint32_t bucket = 0;
  uint16_t count = 0;       // In the whole text, at most 65,535.
  uint16_t head_count = 0;  // Of these in the head.
};

// Characters at the begin of a text that make its head: a title, or the first
// words of a caller, which say what the matter is.
inline constexpr size_t kHeadCharacters = 20;

// Character n-grams of 1 to `longest`, in the order of their first occurrence.
// N-grams run over blanks, which a NormalText has none of, but not over
// punctuation, so that segmented and natural text give nearly the same
// features.
std::vector<Feature> ExtractFeatures(const NormalText& text, int bucket_bits,
                                     size_t longest);

// The head of a text, as ExtractFeatures has it.
std::string HeadOf(const NormalText& text);

}  // namespace wangge::text
