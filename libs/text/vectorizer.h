// Texts as sparse vectors: tf-idf of their character n-grams, brought to length
// one, and of their heads', brought to half of that.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "text/features.h"
#include "wangge/routing/v1/text_model.pb.h"

namespace wangge::text {

// Features by position, with their values.
using Vector = std::vector<std::pair<uint32_t, float>>;

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
  std::vector<int> position_of_bucket_;  // -1 where there is none.
  // Positions from here on are the head's, whose buckets are the upper ones.
  uint32_t first_of_head_ = 0;
  bool has_head_ = false;  // Whether there are any of the head's.
};

}  // namespace wangge::text
