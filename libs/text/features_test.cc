#include "text/features.h"

#include <algorithm>
#include <map>

#include "gtest/gtest.h"

namespace wangge::text {
namespace {

constexpr int kBits = 18;

std::vector<uint32_t> BucketsOf(const std::string& text) {
  std::vector<uint32_t> buckets;
  for (const Feature& f : ExtractFeatures(text, kBits, 2, true)) {
    buckets.push_back(f.bucket);
  }
  return buckets;
}

TEST(FeaturesTest, SegmentedAndNaturalTextLookAlike) {
  EXPECT_EQ(BucketsOf("路面 破损"), BucketsOf("路面破损"));
  EXPECT_NE(BucketsOf("路面，破损"), BucketsOf("路面破损"));
}

TEST(FeaturesTest, TheHeadHasFeaturesOfItsOwn) {
  std::string text;
  for (int i = 0; i < 30; ++i) text += "路";
  std::map<bool, int> max_count;
  for (const Feature& f : ExtractFeatures(text, kBits, 2, true)) {
    int& count = max_count[IsHeadBucket(f.bucket, kBits)];
    count = std::max<int>(count, f.count);
  }
  EXPECT_EQ(max_count[false], 30);
  EXPECT_EQ(max_count[true], 20);
  EXPECT_EQ(HeadOf(text), text.substr(0, 20 * 3));
  EXPECT_EQ(BucketsOf(HeadOf("路面，破损")), BucketsOf("路面，破损"));
}

TEST(FeaturesTest, WithoutHeadsThereAreNone) {
  for (const Feature& f : ExtractFeatures("路面破损", kBits, 3, false)) {
    EXPECT_FALSE(IsHeadBucket(f.bucket, kBits));
  }
}

TEST(FeaturesTest, NGramsAreCounted) {
  // 路, 面, 路面, 面路: each twice but the last.
  std::vector<int> counts;
  for (const Feature& f : ExtractFeatures("路面路面", kBits, 2, false)) {
    counts.push_back(f.count);
  }
  EXPECT_EQ(counts, (std::vector<int>{2, 2, 2, 1}));
}

}  // namespace
}  // namespace wangge::text
