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
    : model_(model),
      position_of_bucket_(size_t{1} << model->bucket_bits(), -1) {
  for (int i = 0; i < model->buckets_size(); ++i) {
    position_of_bucket_[model->buckets(i)] = i;
  }
}

Vector Vectorizer::Make(const std::vector<Feature>& features) const {
  const int bits = model_->bucket_bits();
  Vector vector;
  vector.reserve(features.size());
  size_t of_heads = 0;  // How many there are; they stand at the end.
  double squares[2] = {};
  for (const bool of_head : {false, true}) {
    for (const Feature& feature : features) {
      if (IsOfHead(feature.bucket, bits) != of_head) continue;
      const int position = position_of_bucket_[feature.bucket];
      if (position < 0) continue;
      const float value = Damped(feature.count) * model_->idf(position);
      vector.emplace_back(static_cast<uint32_t>(position), value);
      squares[of_head ? 1 : 0] += static_cast<double>(value) * value;
      of_heads += of_head ? 1 : 0;
    }
  }
  const float whole = InverseLength(squares[0]);
  const float head = kHeadWeight * InverseLength(squares[1]);
  const size_t of_whole = vector.size() - of_heads;
  for (size_t i = 0; i < vector.size(); ++i) {
    vector[i].second *= i < of_whole ? whole : head;
  }
  return vector;
}

}  // namespace wangge::text
