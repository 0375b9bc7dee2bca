// Texts as sparse vectors: tf-idf of their character n-grams, brought to length
// one, and of their heads', brought to half of that.
#pragma once

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

#include "text/features.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// Features by position, with their values.
using Vector = std::vector<std::pair<uint32_t, float>>;

// Where each bucket that a model knows stands among those it knows: a bit for
// each bucket, and before each word of bits how many stand below it (Jacobson:
// Space-efficient static trees and graphs, 1989). A sixteenth of a table of
// positions, so that it stays in the caches.
class BucketIndex {
 public:
  // `buckets` ascend and are below 2 to the power of `bucket_bits`.
  BucketIndex(const google::protobuf::RepeatedField<uint32_t>& buckets,
              int bucket_bits)
      : words_((size_t{1} << bucket_bits) / kBits + 1) {
    for (const uint32_t bucket : buckets) {
      words_[bucket / kBits].known |= BitOf(bucket);
    }
    for (size_t i = 1; i < words_.size(); ++i) {
      words_[i].below = words_[i - 1].below + Count(words_[i - 1].known);
    }
  }

  bool Knows(uint32_t bucket) const {
    return (words_[bucket / kBits].known & BitOf(bucket)) != 0;
  }
  // How many known ones stand before it.
  uint32_t PositionOf(uint32_t bucket) const {
    const Word& word = words_[bucket / kBits];
    return word.below + Count(word.known & (BitOf(bucket) - 1));
  }

 private:
  static constexpr uint32_t kBits = 64;

  struct Word {
    uint64_t known = 0;
    uint32_t below = 0;
  };

  static uint64_t BitOf(uint32_t bucket) {
    return uint64_t{1} << (bucket % kBits);
  }
  static uint32_t Count(uint64_t bits) {
    return static_cast<uint32_t>(std::popcount(bits));
  }

  std::vector<Word> words_;
};

// Immutable, so thread-safe. Keeps a pointer to the model, whose features and
// idf it uses.
class Vectorizer {
 public:
  explicit Vectorizer(const routing::v1::TextModel* model);

  // Features that the model does not know are dropped.
  Vector Make(const NormalText& text) const {
    return Make(ExtractFeatures(text, model_->bucket_bits(),
                                static_cast<size_t>(model_->longest_gram()),
                                has_head_));
  }
  Vector Make(const std::vector<Feature>& features) const;

 private:
  const routing::v1::TextModel* model_;
  BucketIndex index_;
  // Positions from here on are the head's, whose buckets are the upper ones.
  uint32_t first_of_head_ = 0;
  bool has_head_ = false;  // Whether there are any of the head's.
};

}  // namespace wangge::text
