#include "text/classifier.h"

#include <map>
#include <set>

#include "base/file.h"
#include "gtest/gtest.h"
#include "testing/status.h"
#include "text/features.h"

namespace wangge::text {
namespace {

constexpr auto kInvalidArgument = absl::StatusCode::kInvalidArgument;

// A classifier that gives each label the features of its word.
routing::v1::LinearClassifier WordClassifier(
    const routing::v1::TextModel& model,
    const std::map<std::string, std::string>& words) {
  std::vector<float> weights(
      static_cast<size_t>(model.buckets_size() * model.labels_size()));
  for (int i = 0; i < model.buckets_size(); ++i) {
    for (int j = 0; j < model.labels_size(); ++j) {
      for (const Feature& f :
           ExtractFeatures(words.at(model.labels(j)), model.bucket_bits(),
                           static_cast<size_t>(model.max_ngram()), true)) {
        if (f.bucket != model.buckets(i)) continue;
        weights[static_cast<size_t>(i * model.labels_size() + j)] = 1;
      }
    }
  }
  routing::v1::LinearClassifier classifier;
  classifier.mutable_weights()->Assign(weights.begin(), weights.end());
  for (int j = 0; j < model.labels_size(); ++j) classifier.add_biases(0);
  return classifier;
}

// A model that knows one word of each label.
routing::v1::TextModel MakeModel() {
  const std::map<std::string, std::string> words = {
      {"heating", "暖气不热"}, {"road", "路面破损"}, {"food", "牛肉变质"}};
  routing::v1::TextModel model;
  model.set_version("0123456789ab");
  model.set_bucket_bits(16);
  model.set_max_ngram(2);
  std::set<uint32_t> buckets;
  for (const auto& [label, word] : words) {
    model.add_labels(label);
    for (const Feature& f : ExtractFeatures(word, 16, 2, true)) {
      buckets.insert(f.bucket);
    }
  }
  for (const uint32_t bucket : buckets) {
    model.add_buckets(bucket);
    model.add_idf(1);
  }
  *model.mutable_short_texts() = WordClassifier(model, words);
  *model.mutable_long_texts() = model.short_texts();
  return model;
}

TEST(ClassifierTest, PredictsTheLabelsWithTheirProbabilities) {
  const auto classifier = *Classifier::Create(MakeModel());
  const auto predictions = classifier->Predict("我家暖气又不热了");
  ASSERT_EQ(predictions.size(), 3U);
  EXPECT_EQ(predictions[0].label, "heating");
  EXPECT_GT(predictions[0].probability, predictions[1].probability);
  double sum = 0;
  for (const auto& p : predictions) sum += p.probability;
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_TRUE(classifier->Predict("").empty());
  EXPECT_TRUE(classifier->Predict("完全无关").empty());
}

TEST(ClassifierTest, SoftMaxSurvivesLargeLogOdds) {
  const auto p = SoftMax({1000, 1000, -1000});
  EXPECT_DOUBLE_EQ(p[0], 0.5);
  EXPECT_DOUBLE_EQ(p[1], 0.5);
  EXPECT_DOUBLE_EQ(p[2], 0);
}

TEST(ClassifierTest, LongTextsHaveAClassifierOfTheirOwn) {
  std::string filler;
  while (IsShort(filler)) filler += "望早日处理";
  const std::string word = "路面破损";
  routing::v1::TextModel model = MakeModel();
  for (float& weight : *model.mutable_long_texts()->mutable_weights()) {
    weight = 0;
  }
  const auto split = *Classifier::Create(model);
  EXPECT_GT(split->Predict(word)[0].probability, 0.4);
  EXPECT_NEAR(split->Predict(word + filler)[0].probability, 1.0 / 3, 1e-6);
  // Without one, the classifier of short texts predicts them too.
  model.clear_long_texts();
  const auto single = *Classifier::Create(model);
  EXPECT_EQ(single->Predict(word + filler)[0].label, "road");
}

TEST(ClassifierTest, AFileIsReadBackAsItWasWritten) {
  const std::string path = ::testing::TempDir() + "/model";
  ASSERT_OK((*Classifier::Create(MakeModel()))->Save(path));
  const auto loaded = Classifier::Load(path);
  ASSERT_OK(loaded);
  EXPECT_EQ((*loaded)->model().SerializeAsString(),
            MakeModel().SerializeAsString());
}

TEST(ClassifierTest, DamagedFilesAreRefused) {
  const std::string path = ::testing::TempDir() + "/damaged_model";
  ASSERT_OK((*Classifier::Create(MakeModel()))->Save(path));
  const std::string content = *ReadFile(path);
  ASSERT_OK(WriteFile(path, content.substr(0, content.size() / 2)));
  EXPECT_THAT(Classifier::Load(path), StatusIs(kInvalidArgument, "cut off"));
  ASSERT_OK(WriteFile(path, "something else"));
  EXPECT_THAT(Classifier::Load(path),
              StatusIs(kInvalidArgument, "not a text model"));
  EXPECT_THAT(Classifier::Load(path), StatusIs(kInvalidArgument, path));
}

TEST(ClassifierTest, ModelsWhosePartsDoNotFitAreRefused) {
  const auto refused = [](const routing::v1::TextModel& model) {
    const auto created = Classifier::Create(model);
    return !created.ok() &&
           created.status().code() == absl::StatusCode::kInvalidArgument;
  };
  EXPECT_FALSE(refused(MakeModel()));
  routing::v1::TextModel model = MakeModel();
  model.set_buckets(1, model.buckets(0));  // Must ascend.
  EXPECT_TRUE(refused(model));
  model = MakeModel();
  model.mutable_buckets()->Set(model.buckets_size() - 1, 1U << 16);
  EXPECT_TRUE(refused(model));
  model = MakeModel();
  model.add_idf(1);
  EXPECT_TRUE(refused(model));
  model = MakeModel();
  model.mutable_long_texts()->add_weights(1);
  EXPECT_TRUE(refused(model));
  model = MakeModel();
  model.mutable_short_texts()->add_biases(1);
  EXPECT_TRUE(refused(model));
  model = MakeModel();
  *model.mutable_addresses()->mutable_districts() = MakeModel();
  EXPECT_FALSE(refused(model));
  *model.mutable_addresses()
       ->mutable_districts()
       ->mutable_addresses()
       ->mutable_districts() = MakeModel();
  EXPECT_TRUE(refused(model));
}

}  // namespace
}  // namespace wangge::text
