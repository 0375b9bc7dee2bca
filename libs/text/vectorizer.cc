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
    if (!IsOfHead(model->buckets(i), model->bucket_bits())) ++first_of_head_;
  }
  has_head_ = first_of_head_ < static_cast<uint32_t>(model->buckets_size());
}

Vector Vectorizer::Make(const std::vector<Feature>& features) const {
  Vector vector;
  vector.reserve(features.size());
  double squares = 0;
  double head_squares = 0;
  for (const Feature& feature : features) {
    const int known = position_of_bucket_[feature.bucket];
    if (known < 0) continue;
    const auto position = static_cast<uint32_t>(known);
    const float value = Damped(feature.count) * model_->idf(known);
    vector.emplace_back(position, value);
    (position < first_of_head_ ? squares : head_squares) +=
        static_cast<double>(value) * value;
  }
  const float whole = InverseLength(squares);
  const float head = kHeadWeight * InverseLength(head_squares);
  for (auto& [position, value] : vector) {
    value *= position < first_of_head_ ? whole : head;
  }
  return vector;
}

}  // namespace wangge::text
