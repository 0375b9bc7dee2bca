#include "text/vectorizer.h"

#include <array>
#include <cmath>

namespace wangge::text {
namespace {

// Beside the whole text, chosen by cross-validation.
constexpr float kHeadWeight = 0.5F;

// 1 + ln(count).
float Damped(uint16_t count) {
  static const auto kSmall = [] {
    std::array<float, 64> values{};
    for (size_t i = 1; i < values.size(); ++i) {
      values[i] = 1 + std::log(static_cast<float>(i));
    }
    return values;
  }();
  return count < kSmall.size() ? kSmall[count]
                               : 1 + std::log(static_cast<float>(count));
}

float InverseLength(double squares) {
  return squares == 0 ? 0 : static_cast<float>(1 / std::sqrt(squares));
}

}  // namespace

Vectorizer::Vectorizer(const routing::v1::TextModel* model)
    : model_(model), index_(model->buckets(), model->bucket_bits()) {
  for (const uint32_t bucket : model->buckets()) {
    if (!IsHeadBucket(bucket, model->bucket_bits())) ++first_of_head_;
  }
  has_head_ = first_of_head_ < static_cast<uint32_t>(model->buckets_size());
}

Vector Vectorizer::Vectorize(const std::vector<Feature>& features) const {
  // Most time is spent waiting for memory. No branch depends on what is looked
  // up, so that the processor can look up several features at once.
  Vector vector(features.size());
  size_t known = 0;
  for (const Feature& feature : features) {
    vector[known] = {index_.Rank(feature.bucket), Damped(feature.count)};
    known += index_.Contains(feature.bucket) ? 1 : 0;
  }
  vector.resize(known);
  const float* idf = model_->idf().data();
  std::array<double, 2> squares{};  // Of the whole text's features, the head's.
  for (auto& [position, value] : vector) {
    value *= idf[position];
    squares[position < first_of_head_ ? 0 : 1] +=
        static_cast<double>(value) * value;
  }
  const float whole = InverseLength(squares[0]);
  const float head = kHeadWeight * InverseLength(squares[1]);
  for (auto& [position, value] : vector) {
    value *= position < first_of_head_ ? whole : head;
  }
  return vector;
}

}  // namespace wangge::text
