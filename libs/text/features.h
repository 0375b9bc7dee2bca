// The features of a text: hashed character n-grams.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "text/normal_text.h"

namespace wangge::text {

// An n-gram of a text, or of its head, which has features of its own: they are
// in the upper half of the buckets.
struct Feature {
  uint32_t bucket = 0;
  uint16_t count = 0;  // Stops at 65,535.
};

inline bool IsHeadBucket(uint32_t bucket, int bucket_bits) {
  return bucket >> (bucket_bits - 1) != 0;
}

// The head of a text is its first characters: a title, or a caller's first
// words, which say what the report is about.
inline constexpr size_t kHeadCharacters = 20;

// Up to this length a text is predicted best by a classifier that was trained
// on heads too; a longer one by one that was trained on whole texts alone.
// Chosen by cross-validation.
inline constexpr size_t kMaxShortCharacters = 60;

inline bool IsShort(const NormalText& text) {
  return text.characters().size() <= kMaxShortCharacters;
}

// Character n-grams of 1 to `max_ngram` characters, in the order of their first
// occurrence; those in the head, if `with_head`, once more as the head's.
// N-grams cross blanks, which a NormalText does not have, but not punctuation,
// so that segmented and natural text have nearly the same features.
std::vector<Feature> ExtractFeatures(const NormalText& text, int bucket_bits,
                                     size_t max_ngram, bool with_head);

// The head of a text, as ExtractFeatures has it.
std::string HeadOf(const NormalText& text);

}  // namespace wangge::text
