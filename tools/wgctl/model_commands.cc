#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/folder.h"
#include "services/routing/domain/spots.h"
#include "services/routing/domain/training.h"
#include "text/classifier.h"
#include "text/train/evaluation.h"
#include "text/train/trainer.h"
#include "tools/wgctl/case_walk.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::wgctl {
namespace {

using ModelPtr = std::shared_ptr<const text::Classifier>;

struct ModelOptions {
  std::string labelled;
  std::string text_columns = "text";
  std::string label_column = "label";
  std::string model;
  text::TrainingOptions training;
  std::string city;       // A folder.
  std::string addresses;  // A CSV.
};

absl::StatusOr<std::vector<text::Example>> ReadExamples(
    const ModelOptions& options) {
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

absl::StatusOr<std::vector<routing::KnownAddress>> ReadAddresses(
    const city::City& city, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  ASSIGN_OR_RETURN(
      const CsvTable table,
      CsvTable::Parse(path, content,
                      {"address", "latitude_deg", "longitude_deg"}));
  std::vector<routing::KnownAddress> addresses;
  for (const auto& row : table.rows()) {
    geo::Point point;
    if (!absl::SimpleAtod(row.Get("latitude_deg"), &point.latitude_deg) ||
        !absl::SimpleAtod(row.Get("longitude_deg"), &point.longitude_deg)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", row.line(),
          ": latitude_deg and longitude_deg must be degrees, WGS84"));
    }
    const std::string& district = row.Get("district_code");
    if (!district.empty() && routing::FindDistrict(city, district) == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ":", row.line(), ": district_code: `", district,
          "` is not the grid code of a district of the city; leave it empty to "
          "take the district of the point"));
    }
    addresses.push_back({row.Get("address"), point, district});
  }
  return addresses;
}

nlohmann::json ThresholdAsJson(const routing::v1::Threshold& threshold) {
  return {{"value", threshold.value()},
          {"precision", threshold.precision()},
          {"coverage", threshold.coverage()}};
}

nlohmann::json ModelAsJson(const text::Classifier& model) {
  const auto& metrics = model.model().cross_validation();
  nlohmann::json json = {
      {"version", model.version()},
      {"rows", metrics.row_count()},
      {"labels", model.model().labels_size()},
      {"features", model.model().buckets_size()},
      {"cross_validation",
       {{"accuracy", metrics.accuracy()},
        {"macro_f1", metrics.macro_f1()},
        {"calibration_error", metrics.calibration_error()}}}};
  if (model.model().has_category_threshold()) {
    json["category_threshold"] =
        ThresholdAsJson(model.model().category_threshold());
  }
  if (!model.model().has_addresses()) return json;
  const auto& addresses = model.model().addresses();
  nlohmann::json& accuracies = json["places"]["evidence_accuracies"];
  for (const auto& accuracy : addresses.evidence_accuracies()) {
    accuracies[accuracy.evidence()] = {{"correct", accuracy.correct_count()},
                                       {"total", accuracy.total_count()}};
  }
  json["places"]["threshold"] = ThresholdAsJson(addresses.threshold());
  for (const auto& opinion : addresses.opinion_weights()) {
    json["places"]["opinion_weights"][opinion.source()] = opinion.weight();
  }
  json["places"]["district_accuracy"] =
      addresses.districts().cross_validation().accuracy();
  return json;
}

// The model with the thresholds and the addresses that a city allows to learn.
absl::StatusOr<ModelPtr> WithCity(
    const ModelPtr& model, const ModelOptions& options,
    const std::vector<text::Example>& examples,
    const std::vector<std::vector<text::Prediction>>& held_out) {
  if (options.city.empty()) return model;
  ASSIGN_OR_RETURN(const auto city, city::LoadFolder(options.city));
  routing::v1::TextModel trained = model->model();
  if (trained.has_category_threshold()) {
    *trained.mutable_category_threshold() =
        routing::LearnCategoryThreshold(*city, examples, held_out);
  }
  if (!options.addresses.empty()) {
    ASSIGN_OR_RETURN(const auto addresses,
                     ReadAddresses(*city, options.addresses));
    *trained.mutable_addresses() = routing::LearnAddresses(*city, addresses);
  }
  trained.set_version(ToHex(Sha256(trained.SerializeAsString())).substr(0, 12));
  return text::Classifier::Create(std::move(trained));
}

absl::Status Train(const ModelOptions& options) {
  ASSIGN_OR_RETURN(const auto examples, ReadExamples(options));
  const absl::Time start = absl::Now();
  std::vector<std::vector<text::Prediction>> held_out;
  ASSIGN_OR_RETURN(const ModelPtr of_texts,
                   text::Train(examples, options.training, &held_out));
  ASSIGN_OR_RETURN(const ModelPtr model,
                   WithCity(of_texts, options, examples, held_out));
  RETURN_IF_ERROR(model->Save(options.model));
  nlohmann::json json = ModelAsJson(*model);
  json["seconds"] = absl::ToDoubleSeconds(absl::Now() - start);
  std::cout << json << "\n";
  return absl::OkStatus();
}

nlohmann::json MetricsAsJson(const text::Metrics& metrics) {
  nlohmann::json classes = nlohmann::json::object();
  for (const auto& [label, of] : metrics.labels) {
    if (of.support == 0) continue;
    classes[label] = {{"count", of.support},
                      {"precision", of.precision},
                      {"recall", of.recall},
                      {"f1", of.f1}};
  }
  return {{"rows", metrics.row_count},
          {"accuracy", metrics.accuracy},
          {"macro_f1", metrics.macro_f1},
          {"classes", classes},
          {"confusion", metrics.confusion},
          {"calibration",
           {{"error", metrics.calibration_error},
            {"precision_at_80", metrics.precision_at_80},
            {"threshold_at_80", metrics.threshold_at_80}}}};
}

absl::Status Evaluate(const ModelOptions& options) {
  ASSIGN_OR_RETURN(const auto examples, ReadExamples(options));
  ASSIGN_OR_RETURN(const auto model, text::Classifier::Load(options.model));
  std::vector<text::EvaluatedText> rows;
  for (const auto& example : examples) {
    rows.push_back({example.label, model->Predict(example.text)});
  }
  nlohmann::json json = MetricsAsJson(text::Evaluate(rows));
  json["model"] = ModelAsJson(*model);
  std::cout << json << "\n";
  return absl::OkStatus();
}

// A case that an operator classified because routing was not certain, or whose
// category a person corrected.
struct Correction {
  std::string label;
  std::string why;
};

std::optional<Correction> CorrectionOf(
    const cases::v1::GetCaseResponse& response) {
  std::string planned;
  std::string filed;
  bool uncertain = false;
  bool returned = false;
  for (const auto& event : response.timeline()) {
    if (event.has_admitted()) {
      planned = event.admitted().plan().category_code();
      uncertain = event.admitted().plan().disposition() ==
                  routing::v1::DISPOSITION_NEEDS_OPERATOR;
    }
    if (event.has_filed()) filed = event.filed().category_code();
    returned = returned || event.has_returned();
  }
  if (filed.empty()) return std::nullopt;
  if (uncertain) return Correction{filed, "operator"};
  if (filed != planned)
    return Correction{filed, returned ? "return" : "correction"};
  return std::nullopt;
}

struct HarvestOptions {
  std::string from;
  std::string to;
  std::string out;
};

absl::Status Harvest(Client& client, const HarvestOptions& o) {
  ASSIGN_OR_RETURN(const TimeRange range, ParseTimeRange(o.from, o.to));
  std::string csv = "text,label,why,case_no\n";
  int cases = 0;
  int corrections = 0;
  RETURN_IF_ERROR(WalkCases(
      client, "", range.from, range.to,
      [&](const cases::v1::Case& c) -> absl::Status {
        ++cases;
        cases::v1::GetCaseRequest request;
        request.set_case_no(c.case_no());
        request.set_include_timeline(true);
        ASSIGN_OR_RETURN(const auto response,
                         (CallAs<cases::v1::CaseService>(
                             client, "cases", "admin/wgctl", "",
                             &cases::v1::CaseService::Stub::GetCase, request)));
        const auto correction = CorrectionOf(response);
        if (!correction.has_value()) return absl::OkStatus();
        ++corrections;
        const std::string text = c.title().empty()
                                     ? c.text()
                                     : absl::StrCat(c.title(), "。", c.text());
        absl::StrAppend(&csv, CsvQuote(text), ",", CsvQuote(correction->label),
                        ",", correction->why, ",", c.case_no(), "\n");
        return absl::OkStatus();
      }));
  RETURN_IF_ERROR(WriteFile(o.out, csv));
  if (client.settings().json) {
    std::cout << nlohmann::json{{"cases", cases}, {"examples", corrections}}
              << "\n";
  } else {
    std::cout << corrections << " examples of " << cases << " cases in "
              << o.out << "; add them to the labelled texts and train again\n";
  }
  return absl::OkStatus();
}

void AddHarvest(CLI::App* model, const Settings* settings) {
  static HarvestOptions o;
  auto* harvest = model->add_subcommand(
      "harvest",
      "Labelled examples from cases that people classified or corrected.");
  harvest->add_option("--from", o.from,
                      "Cases since then, `YYYY-MM-DD HH:MM`; 30 days ago by "
                      "default");
  harvest->add_option("--to", o.to, "Cases before then; now by default");
  harvest->add_option("--out", o.out, "CSV to write")->required();
  harvest->footer("Example: wgctl model harvest --out var/corrections.csv");
  OnChosen(harvest, settings,
           [](Client& client) { return Harvest(client, o); });
}

}  // namespace

void AddModelCommands(CLI::App* app, const Settings* settings) {
  static ModelOptions options;
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
      "Example: wgctl model train --labeled var/city/labelled.csv --city "
      "var/city --addresses var/city/addresses.csv --out var/text.model");
  train
      ->add_option("--max-ngram", options.training.max_ngram,
                   "Features are n-grams of 1 to this many characters; 4 suits "
                   "addresses")
      ->check(CLI::Range(1, 8));
  train
      ->add_option("--min-rows", options.training.min_rows,
                   "Rows in which a feature must occur; 1 suits addresses; "
                   "0: chosen by the number of rows")
      ->check(CLI::Range(0, 1'000'000));
  auto* city = train->add_option(
      "--city", options.city,
      "City folder: the threshold for the category is measured with its "
      "keywords, as routing uses it");
  train
      ->add_option(
          "--addresses", options.addresses,
          "CSV of addresses with known points (address, latitude_deg, "
          "longitude_deg, WGS84; district_code where it is known better "
          "than by the point): districts and thresholds of places are "
          "learned from it")
      ->needs(city);
  OnChosen(train, settings, [](Client&) { return Train(options); });
  auto* evaluate = add("evaluate", "Score a model; prints JSON.", "--model");
  OnChosen(evaluate, settings, [](Client&) { return Evaluate(options); });
  AddHarvest(model, settings);
}

}  // namespace wangge::wgctl
