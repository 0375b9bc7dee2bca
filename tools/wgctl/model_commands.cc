#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "text/classifier.h"
#include "tools/wgctl/commands.h"

namespace wangge::wgctl {
namespace {

struct Options {
  std::string labelled;
  std::string text_columns = "text";
  std::string label_column = "label";
  std::string model;
};

absl::StatusOr<std::vector<text::Example>> ReadExamples(
    const Options& options) {
  const std::vector<std::string> columns =
      absl::StrSplit(options.text_columns, ',');
  std::vector<std::string> required = columns;
  required.push_back(options.label_column);
  ASSIGN_OR_RETURN(const std::string content, ReadFile(options.labelled));
  ASSIGN_OR_RETURN(const CsvTable table,
                   CsvTable::Parse(options.labelled, content, required));
  std::vector<text::Example> examples;
  for (const auto& row : table.rows()) {
    std::string joined;
    for (const auto& column : columns) {
      absl::StrAppend(&joined, joined.empty() ? "" : "。", row.Get(column));
    }
    examples.push_back({joined, row.Get(options.label_column)});
  }
  return examples;
}

absl::Status Train(const Options& options) {
  ASSIGN_OR_RETURN(const auto examples, ReadExamples(options));
  ASSIGN_OR_RETURN(const auto model, text::Classifier::Train(examples));
  RETURN_IF_ERROR(model->Save(options.model));
  std::cout << nlohmann::json{{"version", model->version()},
                              {"rows", examples.size()},
                              {"labels", model->model().labels_size()},
                              {"features", model->model().buckets_size()}}
            << "\n";
  return absl::OkStatus();
}

// Per label: right, said, meant.
struct Counts {
  int right = 0;
  int said = 0;
  int meant = 0;
};

absl::Status Evaluate(const Options& options) {
  ASSIGN_OR_RETURN(const auto examples, ReadExamples(options));
  ASSIGN_OR_RETURN(const auto model, text::Classifier::Load(options.model));
  std::map<std::string, Counts> counts;
  int right = 0;
  for (const auto& example : examples) {
    const auto predictions = model->Predict(example.text);
    const std::string said = predictions.empty() ? "" : predictions[0].label;
    ++counts[example.label].meant;
    ++counts[said].said;
    if (said == example.label) {
      ++counts[said].right;
      ++right;
    }
  }
  double f1_sum = 0;
  int labels = 0;
  nlohmann::json classes;
  for (const auto& [label, c] : counts) {
    if (c.meant == 0) continue;
    const double f1 = 2.0 * c.right / (c.said + c.meant);
    classes[label] = {{"f1", f1}, {"count", c.meant}};
    f1_sum += f1;
    ++labels;
  }
  std::cout << nlohmann::json{{"accuracy",
                               static_cast<double>(right) /
                                   static_cast<double>(examples.size())},
                              {"macro_f1", f1_sum / labels},
                              {"rows", examples.size()},
                              {"classes", classes}}
            << "\n";
  return absl::OkStatus();
}

}  // namespace

void AddModelCommands(CLI::App* app, const Settings* settings) {
  static Options options;
  auto* model = app->add_subcommand("model", "The text model of routing.");
  model->require_subcommand(1);
  const auto add = [&](const char* name, const char* help, const char* option) {
    auto* command = model->add_subcommand(name, help);
    command->add_option("--labeled", options.labelled, "CSV of labelled texts")
        ->required();
    command->add_option("--text", options.text_columns,
                        "Text columns, joined by commas");
    command->add_option("--label", options.label_column, "Label column");
    command->add_option(option, options.model, "Model file")->required();
    return command;
  };
  auto* train = add("train", "Train a model from labelled texts.", "--out");
  train->footer(
      "Example: wgctl model train --labeled var/city/labelled.csv --out "
      "var/text.model");
  OnChosen(train, settings, [](Client&) { return Train(options); });
  auto* evaluate = add("evaluate", "Score a model; prints JSON.", "--model");
  OnChosen(evaluate, settings, [](Client&) { return Evaluate(options); });
}

}  // namespace wangge::wgctl
