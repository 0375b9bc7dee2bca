#include "text/vectorizer.h"

#include <cmath>

#include "gtest/gtest.h"

namespace wangge::text {
namespace {

TEST(BucketIndexTest, RanksTheBucketsOfTheModel) {
  constexpr int kBucketBits = 9;
  google::protobuf::RepeatedField<uint32_t> known;
  for (const uint32_t bucket : {0, 1, 62, 63, 64, 200, 255, 256, 511}) {
    known.Add(bucket);
  }
  const BucketIndex index(known, kBucketBits);
  uint32_t rank = 0;
  for (uint32_t bucket = 0; bucket < 1U << kBucketBits; ++bucket) {
    EXPECT_EQ(index.Rank(bucket), rank) << bucket;
    const bool is_known = rank < static_cast<uint32_t>(known.size()) &&
                          known[static_cast<int>(rank)] == bucket;
    EXPECT_EQ(index.Contains(bucket), is_known) << bucket;
    if (is_known) ++rank;
  }
  EXPECT_EQ(rank, 9U);
}

// Buckets 1 and 3 of the text, 9 of the head.
routing::v1::TextModel Model() {
  routing::v1::TextModel model;
  model.set_bucket_bits(4);
  for (const uint32_t bucket : {1, 3, 9}) model.add_buckets(bucket);
  for (const float idf : {1.F, 2.F, 5.F}) model.add_idf(idf);
  return model;
}

TEST(VectorizerTest, WeighsByTfIdfAndScalesTextAndHeadApart) {
  const auto model = Model();
  const Vectorizer vectorizer(&model);
  const Vector vector = vectorizer.Vectorize({{3, 1}, {1, 3}, {9, 1}});
  ASSERT_EQ(vector.size(), 3U);
  const double a = 2;                // idf 2, once.
  const double b = 1 + std::log(3);  // idf 1, three times.
  const double length = std::sqrt(a * a + b * b);
  EXPECT_EQ(vector[0].first, 1U);
  EXPECT_NEAR(vector[0].second, a / length, 1e-6);
  EXPECT_EQ(vector[1].first, 0U);
  EXPECT_NEAR(vector[1].second, b / length, 1e-6);
  EXPECT_EQ(vector[2].first, 2U);
  EXPECT_NEAR(vector[2].second, 0.5, 1e-6);
}

TEST(VectorizerTest, DropsFeaturesThatTheModelDoesNotHave) {
  const auto model = Model();
  const Vectorizer vectorizer(&model);
  EXPECT_TRUE(vectorizer.Vectorize({{0, 1}, {2, 7}, {15, 1}}).empty());
  EXPECT_EQ(vectorizer.Vectorize({{2, 1}, {3, 1}}).size(), 1U);
}

}  // namespace
}  // namespace wangge::text
