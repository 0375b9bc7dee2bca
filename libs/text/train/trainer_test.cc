#include "text/train/trainer.h"

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

TEST(TrainTest, LearnsTheWordsOfEachLabel) {
  const auto model = Train(Examples());
  ASSERT_OK(model);
  const auto predictions = (*model)->Predict("热力管道又漏水了");
  ASSERT_EQ(predictions.size(), 3U);
  EXPECT_EQ(predictions[0].label, "heating");
  EXPECT_GT(predictions[0].probability, predictions[1].probability);
}

TEST(TrainTest, TrainingTwiceGivesTheSameBytes) {
  const auto a = Train(Examples());
  const auto b = Train(Examples());
  ASSERT_OK(a);
  EXPECT_EQ((*a)->model().SerializeAsString(),
            (*b)->model().SerializeAsString());
}

TEST(TrainTest, HeldOutPredictionsAreOfEachExampleInOrder) {
  std::vector<std::vector<Prediction>> held_out;
  const auto model = Train(Examples(), {}, &held_out);
  ASSERT_OK(model);
  ASSERT_EQ(held_out.size(), Examples().size());
  size_t correct = 0;
  for (size_t i = 0; i < held_out.size(); ++i) {
    ASSERT_EQ(held_out[i].size(), 3U);
    correct += held_out[i][0].label == Examples()[i].label ? 1 : 0;
  }
  const auto& metrics = (*model)->model().cross_validation();
  EXPECT_EQ(metrics.row_count(), 12);
  EXPECT_DOUBLE_EQ(metrics.accuracy(), static_cast<double>(correct) / 12);
  EXPECT_GT(metrics.accuracy(), 0.5);
}

TEST(TrainTest, AThresholdNeedsEnoughRows) {
  EXPECT_FALSE((*Train(Examples()))->model().has_category_threshold());
  std::vector<Example> many;
  while (many.size() < 200) {
    for (const Example& example : Examples()) many.push_back(example);
  }
  const auto model = *Train(many);
  ASSERT_TRUE(model->model().has_category_threshold());
  EXPECT_LE(model->model().category_threshold().value(), 1);
}

TEST(TrainTest, ShortAndLongTextsGetClassifiersOfTheirOwn) {
  std::string filler;
  while (IsShort(filler)) filler += "望早日处理";
  std::vector<Example> examples = Examples();
  for (Example& example : examples) example.text += filler;
  const auto model = *Train(examples);
  EXPECT_TRUE(model->model().has_long_texts());
  EXPECT_EQ(model->Predict("路面有大坑")[0].label, "road");
  EXPECT_EQ(model->Predict("路面有大坑" + filler)[0].label, "road");
  // Not without heads to train the other one on, nor without long texts.
  const auto without_heads = *Train(examples, {.use_heads = false});
  EXPECT_FALSE(without_heads->model().has_long_texts());
  EXPECT_EQ(without_heads->Predict(examples[0].text)[0].label, "heating");
  EXPECT_FALSE((*Train(Examples()))->model().has_long_texts());
}

TEST(TrainTest, OneLabelIsRefused) {
  EXPECT_THAT(Train({{"a", "x"}}),
              StatusIs(absl::StatusCode::kInvalidArgument, "two labels"));
  EXPECT_THAT(Train({}),
              StatusIs(absl::StatusCode::kInvalidArgument, "two labels"));
}

}  // namespace
}  // namespace wangge::text
