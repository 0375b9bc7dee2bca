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
  Vector vector;
  vector.reserve(features.size());
  std::vector<float> heads;
  heads.reserve(features.size());
  double squares = 0;
  double head_squares = 0;
  for (const Feature& feature : features) {
    const int position = position_of_bucket_[feature.bucket];
    if (position < 0) continue;
    const float idf = model_->idf(position);
    const float value = Damped(feature.count) * idf;
    const float head = Damped(feature.head_count) * idf;
    vector.emplace_back(static_cast<uint32_t>(position), value);
    heads.push_back(head);
    squares += static_cast<double>(value) * value;
    head_squares += static_cast<double>(head) * head;
  }
  const float whole = InverseLength(squares);
  const float head = kHeadWeight * InverseLength(head_squares);
  squares = 0;
  for (size_t i = 0; i < vector.size(); ++i) {
    float& value = vector[i].second;
    value = value * whole + heads[i] * head;
    squares += static_cast<double>(value) * value;
  }
  const float length = InverseLength(squares);
  for (auto& [position, value] : vector) value *= length;
  return vector;
}

}  // namespace wangge::text
