// Texts as sparse vectors: tf-idf of their character n-grams, scaled to length
// 1, and of their heads' n-grams, scaled to half of that.
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

// The position of each bucket of a model among the model's buckets: a bit for
// each bucket and, with each word of bits, the count of those below it (rank
// over a bit vector; Jacobson: Space-efficient static trees and graphs, 1989).
// Our own because Debian has no such library: it takes a sixteenth of a table
// of positions and so stays in the caches.
class BucketIndex {
 public:
  // `buckets` ascend and are below 2 to the power of `bucket_bits`.
  BucketIndex(const google::protobuf::RepeatedField<uint32_t>& buckets,
              int bucket_bits)
      : words_((size_t{1} << bucket_bits) / kBits + 1) {
    for (const uint32_t bucket : buckets) {
      words_[bucket / kBits].bits |= BitOf(bucket);
    }
    for (size_t i = 1; i < words_.size(); ++i) {
      words_[i].below = words_[i - 1].below + Count(words_[i - 1].bits);
    }
  }

  bool Contains(uint32_t bucket) const {
    return (words_[bucket / kBits].bits & BitOf(bucket)) != 0;
  }
  // How many of the model's buckets are below it.
  uint32_t Rank(uint32_t bucket) const {
    const Word& word = words_[bucket / kBits];
    return word.below + Count(word.bits & (BitOf(bucket) - 1));
  }

 private:
  static constexpr uint32_t kBits = 64;

  struct Word {
    uint64_t bits = 0;
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

// Immutable, so thread-safe. The model, whose features and idf it uses, must
// outlive it.
class Vectorizer {
 public:
  explicit Vectorizer(const routing::v1::TextModel* model);

  // Features that the model does not know are dropped.
  Vector Vectorize(const NormalText& text) const {
    return Vectorize(ExtractFeatures(text, model_->bucket_bits(),
                                     static_cast<size_t>(model_->max_ngram()),
                                     has_head_));
  }
  Vector Vectorize(const std::vector<Feature>& features) const;

 private:
  const routing::v1::TextModel* model_;
  BucketIndex index_;
  // Features from this position on are the head's.
  uint32_t first_of_head_ = 0;
  bool has_head_ = false;
};

}  // namespace wangge::text
