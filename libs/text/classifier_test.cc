#include "text/classifier.h"

#include <map>

#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/status.h"
#include "text/features.h"

namespace wangge::text {
namespace {

std::vector<Example> Examples() {
  std::vector<Example> examples;
  for (const std::string place : {"一号院", "二号院", "三号院", "四号院"}) {
    examples.push_back({place + "暖气不热，热力管道漏水", "heating"});
    examples.push_back({place + "门口路面破损，有大坑", "road"});
    examples.push_back({place + "楼下饭店卖的牛肉变质", "food"});
  }
  return examples;
}

TEST(ClassifierTest, LearnsAndGivesProbabilities) {
  const auto model = Classifier::Train(Examples());
  ASSERT_OK(model);
  const auto predictions = (*model)->Predict("热力管道又漏水了");
  ASSERT_EQ(predictions.size(), 3U);
  EXPECT_EQ(predictions[0].label, "heating");
  EXPECT_GT(predictions[0].probability, predictions[1].probability);
  double sum = 0;
  for (const auto& p : predictions) sum += p.probability;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_TRUE((*model)->Predict("").empty());
}

TEST(ClassifierTest, TrainingTwiceGivesTheSameBytes) {
  const auto a = Classifier::Train(Examples());
  const auto b = Classifier::Train(Examples());
  ASSERT_OK(a);
  EXPECT_EQ((*a)->model().SerializeAsString(),
            (*b)->model().SerializeAsString());
}

TEST(ClassifierTest, OnlyWhoLearnsFromHeadsHasAJudgeOfLongTexts) {
  std::vector<Example> examples = Examples();
  std::string behind;
  for (size_t i = 0; i < kMostShortCharacters; ++i) behind += "请";
  for (Example& example : examples) example.text += behind;
  const auto with = Classifier::Train(examples);
  const auto without = Classifier::Train(examples, {.heads = false});
  ASSERT_OK(with);
  ASSERT_OK(without);
  EXPECT_TRUE((*with)->model().has_long_texts());
  EXPECT_FALSE((*without)->model().has_long_texts());
  EXPECT_EQ((*without)->Predict(examples[0].text)[0].label, "heating");
}

TEST(ClassifierTest, FilesAreChecked) {
  const std::string path = ::testing::TempDir() + "/model";
  const auto model = Classifier::Train(Examples());
  ASSERT_OK((*model)->Save(path));
  const auto loaded = Classifier::Load(path);
  ASSERT_OK(loaded);
  EXPECT_EQ((*loaded)->version(), (*model)->version());
  const std::string content = *ReadFile(path);
  ASSERT_OK(WriteFile(path, content.substr(0, content.size() / 2)));
  EXPECT_THAT(Classifier::Load(path),
              StatusIs(absl::StatusCode::kInvalidArgument, "cut off"));
  ASSERT_OK(WriteFile(path, "something else"));
  EXPECT_THAT(Classifier::Load(path),
              StatusIs(absl::StatusCode::kInvalidArgument, "not a text model"));
}

TEST(ClassifierTest, FeaturesThatDoNotAscendAreRefused) {
  routing::v1::TextModel model = (*Classifier::Train(Examples()))->model();
  ASSERT_OK(Classifier::Of(model));
  const uint32_t first = model.buckets(0);
  for (const uint32_t second : {first, first - 1}) {
    model.set_buckets(1, second);
    EXPECT_THAT(Classifier::Of(model),
                StatusIs(absl::StatusCode::kInvalidArgument, "do not fit"));
  }
}

TEST(BucketIndexTest, SaysWhereEachKnownBucketStands) {
  constexpr int kBits = 9;
  google::protobuf::RepeatedField<uint32_t> known;
  for (const uint32_t bucket : {0, 1, 62, 63, 64, 200, 255, 256, 511}) {
    known.Add(bucket);
  }
  const BucketIndex index(known, kBits);
  uint32_t position = 0;
  for (uint32_t bucket = 0; bucket < 1U << kBits; ++bucket) {
    EXPECT_EQ(index.PositionOf(bucket), position) << bucket;
    const bool is_known = position < static_cast<uint32_t>(known.size()) &&
                          known[static_cast<int>(position)] == bucket;
    EXPECT_EQ(index.Knows(bucket), is_known) << bucket;
    if (is_known) ++position;
  }
  EXPECT_EQ(position, 9U);
}

TEST(ClassifierTest, OneLabelIsRefused) {
  EXPECT_THAT(Classifier::Train({{"a", "x"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, "two labels"));
}

std::vector<uint32_t> BucketsOf(const std::string& text) {
  std::vector<uint32_t> buckets;
  for (const Feature& f : ExtractFeatures(text, 18, 2, true))
    buckets.push_back(f.bucket);
  return buckets;
}

TEST(FeaturesTest, SegmentedAndNaturalTextLookAlike) {
  EXPECT_EQ(BucketsOf("路面 破损"), BucketsOf("路面破损"));
  EXPECT_NE(BucketsOf("路面，破损"), BucketsOf("路面破损"));
}

TEST(FeaturesTest, TheHeadHasFeaturesOfItsOwn) {
  constexpr int kBits = 18;
  std::string text;
  for (int i = 0; i < 30; ++i) text += "路";
  std::map<bool, int> most;
  for (const Feature& f : ExtractFeatures(text, kBits, 2, true)) {
    int& count = most[IsOfHead(f.bucket, kBits)];
    count = std::max<int>(count, f.count);
  }
  EXPECT_EQ(most[false], 30);
  EXPECT_EQ(most[true], 20);
  EXPECT_EQ(HeadOf(text), text.substr(0, 20 * 3));
  EXPECT_EQ(BucketsOf(HeadOf("路面，破损")), BucketsOf("路面，破损"));
}

TEST(ClassifierTest, ShortAndLongTextsHaveJudgesOfTheirOwn) {
  std::string filler;
  while (NormalText(filler).characters().size() <= kMostShortCharacters) {
    filler += "望早日处理";
  }
  std::vector<Example> examples = Examples();
  for (Example& example : examples) example.text += filler;
  const auto model = *Classifier::Train(examples);
  EXPECT_TRUE(model->model().has_long_texts());
  EXPECT_EQ(model->Predict("路面有大坑")[0].label, "road");
  EXPECT_EQ(model->Predict("路面有大坑" + filler)[0].label, "road");

  // What only one of them has learned says which one is asked.
  routing::v1::TextModel changed = model->model();
  for (float& weight : *changed.mutable_long_texts()->mutable_weights()) {
    weight = 0;
  }
  const auto half = *Classifier::Of(changed);
  EXPECT_EQ(half->Predict("路面有大坑")[0].probability,
            model->Predict("路面有大坑")[0].probability);
  EXPECT_NE(half->Predict("路面有大坑" + filler)[0].probability,
            model->Predict("路面有大坑" + filler)[0].probability);
  // Only short ones to learn from: one judge for all.
  EXPECT_FALSE((*Classifier::Train(Examples()))->model().has_long_texts());
}

}  // namespace
}  // namespace wangge::text
