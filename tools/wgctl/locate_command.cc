#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/layer_file.h"
#include "city/system_check.h"
#include "geo/coordinates.h"
#include "tools/wgctl/commands.h"
#include "tools/wgctl/options.h"
#include "tools/wgctl/print.h"

namespace wangge::wgctl {
namespace {

struct LocateOptions {
  std::string folder;
  std::string csv;
  std::string longitude;
  std::string latitude;
  std::string system;
  std::string layer;
  std::string layer_system;
  std::string expect;
  city::LayerFileOptions read;
};

std::string NameOf(common::v1::CoordinateSystem system) {
  return absl::AsciiStrToLower(
      Short(common::v1::CoordinateSystem_Name(system), "COORDINATE_SYSTEM_"));
}

// The rows of the file with the area that each lies in.
class Locator {
 public:
  Locator(const city::Layer& layer, const CsvTable& table,
          const LocateOptions& options, common::v1::CoordinateSystem system)
      : layer_(layer), table_(table), options_(options), system_(system) {}

  void Write(std::ostream& out) {
    for (const std::string& column : table_.columns()) {
      out << CsvQuote(column) << ",";
    }
    out << "grid_id,grid_name\n";
    for (const CsvTable::Row& row : table_.rows()) WriteRow(row, out);
  }

  // What happened, and whether the coordinate system seems to be another one.
  void Report(std::ostream& out) const {
    out << located_ << " of " << table_.rows().size() << " rows located, "
        << outside_ << " outside the layer, " << unreadable_
        << " without a usable point\n";
    for (const std::string& repaired : layer_.repaired()) {
      out << "the layer's boundary of " << repaired
          << ": split where it crosses itself\n";
    }
    if (options_.expect.empty() || labelled_.empty()) return;
    const city::SystemCheck check =
        city::CheckSystem(layer_, labelled_, system_);
    const double count = static_cast<double>(labelled_.size());
    out << absl::StrFormat("%d of %d (%.2f %%) lie in the grid of `%s`\n",
                           check.agreeing, labelled_.size(),
                           100 * check.agreeing / count, options_.expect);
    if (check.better == common::v1::COORDINATE_SYSTEM_UNSPECIFIED) return;
    out << absl::StrFormat(
        "WARNING: read as %s, %d (%.2f %%) would. The points are off in one "
        "direction: are they really %s?\n",
        NameOf(check.better), check.better_agreeing,
        100 * check.better_agreeing / count, NameOf(system_));
  }

 private:
  void WriteRow(const CsvTable::Row& row, std::ostream& out) {
    for (const std::string& column : table_.columns()) {
      out << CsvQuote(row.Get(column)) << ",";
    }
    common::v1::GeoPoint given;
    given.set_coordinate_system(system_);
    double longitude = 0;
    double latitude = 0;
    const bool numbers =
        absl::SimpleAtod(row.Get(options_.longitude), &longitude) &&
        absl::SimpleAtod(row.Get(options_.latitude), &latitude);
    given.set_longitude_deg(longitude);
    given.set_latitude_deg(latitude);
    const auto point = geo::ToWgs84(given);
    if (!numbers || !point.ok()) {
      ++unreadable_;
      out << ",\n";
      return;
    }
    if (!options_.expect.empty()) {
      labelled_.push_back({longitude, latitude, row.Get(options_.expect)});
    }
    const city::Layer::Area* area = layer_.Find(*point);
    (area == nullptr ? outside_ : located_) += 1;
    if (area == nullptr) {
      out << ",\n";
    } else {
      out << CsvQuote(area->id) << "," << CsvQuote(area->name) << "\n";
    }
  }

  const city::Layer& layer_;
  const CsvTable& table_;
  const LocateOptions& options_;
  const common::v1::CoordinateSystem system_;
  std::vector<city::LabelledPoint> labelled_;
  int located_ = 0;
  int outside_ = 0;
  int unreadable_ = 0;
};

absl::Status Locate(LocateOptions options) {
  ASSIGN_OR_RETURN(const auto system, SystemOption("--crs", options.system));
  if (!options.layer_system.empty()) {
    ASSIGN_OR_RETURN(options.read.system,
                     SystemOption("--layer-crs", options.layer_system));
  }
  ASSIGN_OR_RETURN(
      const auto layer,
      city::ReadLayer(options.folder, options.layer, options.read));
  ASSIGN_OR_RETURN(const std::string text, ReadFile(options.csv));
  std::vector<std::string> required = {options.longitude, options.latitude};
  if (!options.expect.empty()) required.push_back(options.expect);
  ASSIGN_OR_RETURN(const CsvTable table,
                   CsvTable::Parse(options.csv, text, required));
  Locator locator(layer, table, options, system);
  locator.Write(std::cout);
  locator.Report(std::cerr);
  return absl::OkStatus();
}

}  // namespace

void AddLocateCommand(CLI::App* city, const Settings* settings) {
  static LocateOptions o;
  auto* locate = city->add_subcommand(
      "locate", "Write the grid of each row of a table of points.");
  locate->add_option("--city", o.folder, "A city folder, or one of GeoJSON")
      ->required();
  locate->add_option("--csv", o.csv, "Table of points")->required();
  locate->add_option("--lon", o.longitude, "Column of longitudes")->required();
  locate->add_option("--lat", o.latitude, "Column of latitudes")->required();
  locate
      ->add_option("--crs", o.system,
                   "Coordinate system of the points: wgs84, cgcs2000, gcj02, "
                   "bd09")
      ->required();
  locate
      ->add_option("--layer", o.layer,
                   "governance, dedicated or police of a city folder; or NAME "
                   "for NAME.geojson or NAME.json")
      ->required();
  locate->add_option("--layer-crs", o.layer_system,
                     "Coordinate system of a GeoJSON file; what it says of "
                     "itself when not stated");
  locate->add_option("--id", o.read.id_property,
                     "Property of a GeoJSON file that holds the id");
  locate->add_option("--name", o.read.name_property,
                     "Property of a GeoJSON file that holds the name");
  locate->add_option("--expect", o.expect,
                     "Column with the id or name of the grid expected: tells "
                     "how many agree, and whether the coordinate system seems "
                     "to be another one");
  locate->footer(
      "The table goes to standard output with grid_id and grid_name; the "
      "report "
      "to standard error.\n"
      "Example: wgctl city locate --city var/city --csv shops.csv --lon lon "
      "--lat lat --crs gcj02 --layer governance");
  OnChosen(locate, settings, [](Client&) { return Locate(o); });
}

}  // namespace wangge::wgctl
