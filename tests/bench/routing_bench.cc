// Routing in process: how fast, and how often the first dispatch of a simulated
// month is right. The month's texts come from other phrases than the model's.
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "city/format/folder.h"
#include "citysim/day.h"
#include "services/routing/domain/danger.h"
#include "services/routing/domain/route.h"
#include "tests/bench/bench.h"

namespace wangge::bench {
namespace {

using city::City;
using routing::v1::Matter;
using routing::v1::RoutePlan;
using text::Classifier;

// A report of the month, and where it should go.
struct SimulatedReport {
  Matter matter;
  std::string category;
  std::string unit_id;
};

Matter MatterOf(const CsvTable::Row& row) {
  Matter matter;
  // Callers give no title, and the simulated one would tell the category.
  matter.set_text(row.Get("text"));
  matter.set_address(row.Get("address"));
  *matter.mutable_time() = ToProto(absl::FromUnixSeconds(1795400000));
  common::v1::GeoPoint point;
  common::v1::CoordinateSystem system;
  double latitude = 0;
  double longitude = 0;
  if (absl::SimpleAtod(row.Get("latitude_deg"), &latitude) &&
      absl::SimpleAtod(row.Get("longitude_deg"), &longitude) &&
      common::v1::CoordinateSystem_Parse(
          "COORDINATE_SYSTEM_" + row.Get("coordinate_system"), &system)) {
    point.set_latitude_deg(latitude);
    point.set_longitude_deg(longitude);
    point.set_coordinate_system(system);
    const auto wgs84 = geo::ToWgs84(point);
    if (wgs84.ok()) *matter.mutable_point() = geo::ToGeoPoint(*wgs84);
  }
  return matter;
}

absl::StatusOr<std::vector<SimulatedReport>> Month(const City& city,
                                                   int count) {
  ASSIGN_OR_RETURN(
      const CsvTable table,
      CsvTable::Parse("month", citysim::DayOfReports(city, count, 11),
                      {"text", "expected_unit_id"}));
  std::vector<SimulatedReport> reports;
  for (const auto& row : table.rows()) {
    // Wrong data on purpose is refused at the border.
    if (row.Get("expected_unit_id").empty()) continue;
    reports.push_back({MatterOf(row), row.Get("expected_category"),
                       row.Get("expected_unit_id")});
  }
  return reports;
}

// What a plan says, in a line of JSON for the list of wrong ones.
std::string DescribeWrong(const SimulatedReport& report,
                          const RoutePlan& plan) {
  nlohmann::json trace = nlohmann::json::array();
  for (const auto& step : plan.trace()) {
    trace.push_back(
        absl::StrCat(step.stage(), " ", step.subject(), ": ", step.finding()));
  }
  return nlohmann::json{{"text", report.matter.text()},
                        {"address", report.matter.address()},
                        {"right", {report.category, report.unit_id}},
                        {"said", {plan.category_code(), plan.lead().unit_id()}},
                        {"trace", trace}}
      .dump();
}

absl::Status FirstDispatch(const City& city, const Classifier& model,
                           const Options& options) {
  ASSIGN_OR_RETURN(const auto reports,
                   Month(city, options.quick ? 5'000 : 60'000));
  double right = 0;
  double automatic = 0;
  double automatic_right = 0;
  double category_right = 0;
  std::ofstream wrong(options.wrong_auto);
  for (const SimulatedReport& report : reports) {
    const RoutePlan plan = routing::Route(city, model, report.matter);
    const bool fits = plan.lead().unit_id() == report.unit_id;
    const bool is_auto = plan.disposition() == routing::v1::DISPOSITION_AUTO;
    right += fits ? 1 : 0;
    category_right += plan.category_code() == report.category ? 1 : 0;
    automatic += is_auto ? 1 : 0;
    automatic_right += is_auto && fits ? 1 : 0;
    if (is_auto && !fits) wrong << DescribeWrong(report, plan) << "\n";
  }
  const auto count = static_cast<double>(reports.size());
  Print("routing", "first_dispatch_right", right / count,
        absl::StrCat("of ", reports.size(), " reports"), "goal", 0.95);
  Print("routing", "category_right", category_right / count, "");
  Print("routing", "automatic", automatic / count, "share");
  Print("routing", "automatic_right", automatic_right / automatic,
        absl::StrCat("the wrong ones stand in ", options.wrong_auto), "goal",
        0.97);
  return absl::OkStatus();
}

// Texts of 120 characters made of what people report.
std::vector<Matter> LongMatters(const std::vector<SimulatedReport>& reports) {
  std::vector<Matter> matters;
  for (size_t i = 0; i < reports.size(); ++i) {
    Matter matter = reports[i].matter;
    std::string text = matter.text();
    for (size_t k = i; Utf8Length(text) < 120; ++k) {
      text += reports[k % reports.size()].matter.text();
    }
    matter.set_text(Ellipsize(text, 120));
    matters.push_back(std::move(matter));
  }
  return matters;
}

absl::Status Speed(const City& city, const Classifier& model) {
  ASSIGN_OR_RETURN(const auto reports, Month(city, 2'000));
  const auto matters = LongMatters(reports);
  std::vector<double> times;
  double bytes = 0;
  for (int turn = 0; turn < 10; ++turn) {
    for (const Matter& matter : matters) {
      const auto begin = std::chrono::steady_clock::now();
      const RoutePlan plan = routing::Route(city, model, matter);
      const auto end = std::chrono::steady_clock::now();
      times.push_back(
          std::chrono::duration<double, std::micro>(end - begin).count());
      bytes += static_cast<double>(plan.ByteSizeLong());
    }
  }
  Print("routing", "plan_with_trace", bytes / static_cast<double>(times.size()),
        "bytes, mean");
  Print("routing", "route_p50", Percentile(&times, 0.5),
        "us, 120 characters, full city", "limit", 25);
  Print("routing", "route_p99", Percentile(&times, 0.99), "us", "limit", 100);
  return absl::OkStatus();
}

absl::Status Danger() {
  const std::string path =
      WANGGE_SOURCE_DIR "/services/routing/testdata/danger.csv";
  ASSIGN_OR_RETURN(const std::string content, ReadFile(path));
  ASSIGN_OR_RETURN(const CsvTable table,
                   CsvTable::Parse(path, content, {"text", "danger"}));
  double dangers = 0;
  double found = 0;
  double harmless = 0;
  double alarms = 0;
  for (const auto& row : table.rows()) {
    const bool said = !routing::FindDanger(row.Get("text")).empty();
    if (row.Get("danger") == "true") {
      ++dangers;
      found += said ? 1 : 0;
    } else {
      ++harmless;
      alarms += said ? 1 : 0;
    }
  }
  Print(
      "routing", "danger_recall", found / dangers,
      absl::StrCat("of ", dangers, " phrases, which the words were chosen by"));
  Print("routing", "danger_false_alarms", alarms / harmless,
        absl::StrCat("of ", harmless, " that only sound like it"));
  return absl::OkStatus();
}

absl::Status Run(const Options& options) {
  ASSIGN_OR_RETURN(const auto city, city::LoadFolder(options.city));
  ASSIGN_OR_RETURN(const auto model, Classifier::Load(options.model));
  RETURN_IF_ERROR(FirstDispatch(*city, *model, options));
  RETURN_IF_ERROR(Speed(*city, *model));
  return Danger();
}

}  // namespace

int RunRouting(const Options& options) { return Report(Run(options)); }

}  // namespace wangge::bench
