// The text model on real messages, by cross-validation: each row is judged by a
// model that was trained without it. The data is read from where
// --data says and never copied.
#include <cmath>
#include <filesystem>
#include <map>
#include <random>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "tests/bench/bench.h"
#include "text/features.h"
#include "text/train/evaluation.h"
#include "text/train/learners.h"
#include "text/train/trainer.h"

namespace wangge::bench {
namespace {

using text::Classifier;
using text::EvaluatedText;
using text::Example;
using text::Metrics;

constexpr size_t kFolds = 5;

absl::StatusOr<CsvTable> ReadTable(const std::string& path,
                                   const std::vector<std::string>& columns) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  return CsvTable::Parse(path, content, columns);
}

absl::StatusOr<std::vector<Example>> ReadExamples(const std::string& path,
                                                  const std::string& text,
                                                  const std::string& label) {
  ASSIGN_OR_RETURN(const CsvTable table, ReadTable(path, {text, label}));
  std::vector<Example> examples;
  for (const auto& row : table.rows()) {
    if (row.Get(label).empty()) continue;
    examples.push_back({row.Get(text), row.Get(label)});
  }
  std::mt19937 random(5);
  std::shuffle(examples.begin(), examples.end(), random);
  return examples;
}

// What anybody would try first: tf-idf of characters and pairs of them, and a
// linear support vector machine. It tells how hard the rows are.
absl::StatusOr<std::shared_ptr<const Classifier>> TrainPlain(
    const std::vector<Example>& examples) {
  routing::v1::TextModel model;
  model.set_bucket_bits(21);
  model.set_max_ngram(2);
  std::map<uint32_t, double> rows_with;
  std::map<std::string, int> numbers;
  for (const Example& example : examples) {
    numbers.try_emplace(example.label, 0);
    for (const auto& f :
         text::ExtractFeatures(example.text, 21, 2, /*with_head=*/false)) {
      ++rows_with[f.bucket];
    }
  }
  for (auto& [label, number] : numbers) {
    number = model.labels_size();
    model.add_labels(label);
  }
  const auto rows = static_cast<double>(examples.size());
  for (const auto& [bucket, count] : rows_with) {
    model.add_buckets(bucket);
    model.add_idf(static_cast<float>(std::log((1 + rows) / (1 + count)) + 1));
  }
  const text::Vectorizer vectorizer(&model);
  text::TrainingSet set;
  for (const Example& example : examples) {
    set.vectors.push_back(vectorizer.Vectorize(example.text));
    set.labels.push_back(numbers.at(example.label));
  }
  *model.mutable_short_texts() = text::TrainSvm(set, model, 1);
  return Classifier::Create(std::move(model));
}

struct Validated {
  Metrics texts;
  Metrics heads;  // Of the first words alone, as a title would be.
  Metrics plain_texts;
  Metrics plain_heads;
  double training_seconds = 0;
  double predict_microseconds = 0;
  double model_megabytes = 0;
};

absl::StatusOr<Validated> CrossValidate(const std::vector<Example>& examples,
                                        size_t folds) {
  Validated result;
  std::vector<EvaluatedText> texts;
  std::vector<EvaluatedText> heads;
  std::vector<EvaluatedText> plain_texts;
  std::vector<EvaluatedText> plain_heads;
  absl::Duration predicting;
  for (size_t fold = 0; fold < folds; ++fold) {
    std::vector<Example> seen;
    for (size_t i = 0; i < examples.size(); ++i) {
      if (i % kFolds != fold) seen.push_back(examples[i]);
    }
    absl::Time start = absl::Now();
    ASSIGN_OR_RETURN(const auto model, text::Train(seen));
    result.training_seconds = absl::ToDoubleSeconds(absl::Now() - start);
    result.model_megabytes =
        static_cast<double>(model->model().ByteSizeLong()) / 1e6;
    start = absl::Now();
    for (size_t i = fold; i < examples.size(); i += kFolds) {
      texts.push_back({examples[i].label, model->Predict(examples[i].text)});
    }
    predicting += absl::Now() - start;
    ASSIGN_OR_RETURN(const auto plain, TrainPlain(seen));
    for (size_t i = fold; i < examples.size(); i += kFolds) {
      const auto& [message, label] = examples[i];
      const std::string head = text::HeadOf(message);
      heads.push_back({label, model->Predict(head)});
      plain_texts.push_back({label, plain->Predict(message)});
      plain_heads.push_back({label, plain->Predict(head)});
    }
  }
  result.texts = Evaluate(texts);
  result.heads = Evaluate(heads);
  result.plain_texts = Evaluate(plain_texts);
  result.plain_heads = Evaluate(plain_heads);
  result.predict_microseconds = absl::ToDoubleMicroseconds(predicting) /
                                static_cast<double>(texts.size());
  return result;
}

absl::Status SevenLabels(const std::string& data, size_t folds) {
  ASSIGN_OR_RETURN(
      const auto examples,
      ReadExamples(data + "/text/teddy_train_segmented.csv", "text", "label"));
  ASSIGN_OR_RETURN(const Validated v, CrossValidate(examples, folds));
  Print("text", "seven_labels_macro_f1", v.texts.macro_f1, "", "goal", 0.94);
  Print("text", "seven_labels_macro_f1_first_words", v.heads.macro_f1,
        "20 characters", "goal for titles", 0.90);
  Print("text", "seven_labels_macro_f1_against_plain", v.texts.macro_f1, "",
        "plain linear SVM, same folds", v.plain_texts.macro_f1);
  Print("text", "seven_labels_macro_f1_first_words_against_plain",
        v.heads.macro_f1, "20 characters", "plain linear SVM, same folds",
        v.plain_heads.macro_f1);
  Print("text", "seven_labels_precision_at_80", v.texts.precision_at_80, "",
        "goal", 0.97);
  Print("text", "seven_labels_calibration_error", v.texts.calibration_error, "",
        "limit", 0.03);
  Print("text", "training", v.training_seconds,
        "s, four fifths of the rows, figures included", "limit", 60);
  Print("text", "model", v.model_megabytes, "MB", "limit", 50);
  Print("text", "predict_mean", v.predict_microseconds, "us, whole messages");
  return absl::OkStatus();
}

absl::Status SecondCity(const std::string& data, size_t folds) {
  struct Task {
    const char* figure;
    const char* file;
    const char* text;
    const char* label;
    double goal;
  };
  for (const Task& task :
       {Task{"kind_accuracy", "messages_dev", "留言", "问题类型", 0.84},
        Task{"domain_accuracy", "messages_dev", "留言", "问题领域", 0.76},
        Task{"department_accuracy", "q2dept_dev", "用户问题", "处理单位",
             0.91}}) {
    ASSIGN_OR_RETURN(
        const auto examples,
        ReadExamples(absl::StrCat(data, "/text/msgabench_", task.file, ".csv"),
                     task.text, task.label));
    ASSIGN_OR_RETURN(const Validated v, CrossValidate(examples, folds));
    Print("text", absl::StrCat("second_city_", task.figure), v.texts.accuracy,
          absl::StrCat("of ", v.texts.row_count), "goal", task.goal);
    Print("text", absl::StrCat("second_city_", task.figure, "_against_plain"),
          v.texts.accuracy, "", "plain linear SVM, same folds",
          v.plain_texts.accuracy);
  }
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  if (!std::filesystem::exists(options.data + "/text")) {
    std::fprintf(stderr, "bench text: no data at `%s`; name it with --data=\n",
                 options.data.c_str());
    return absl::OkStatus();
  }
  const size_t folds = options.quick ? 1 : kFolds;
  RETURN_IF_ERROR(SevenLabels(options.data, folds));
  RETURN_IF_ERROR(SecondCity(options.data, folds));
  return RunAddresses(options.data, options.quick);
}

}  // namespace

int RunText(const Options& options) { return Report(Run(options)); }

}  // namespace wangge::bench
