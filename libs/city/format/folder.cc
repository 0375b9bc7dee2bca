#include "city/format/folder.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/csv.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "city/format/row_text.h"
#include "geo/geojson.h"

namespace wangge::city {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Grids whose boundary nobody has drawn yet; may be absent.
constexpr char kGridTable[] = "grids.csv";

// One CSV file per kind of row, besides grids.
constexpr struct {
  const char* file;
  const char* kind;
} kTables[] = {
    {"units.csv", "unit"},
    {"officers.csv", "officer"},
    {"duty.csv", "duty_shift"},
    {"categories.csv", "category"},
    {"responsibilities.csv", "rule"},
    {"places.csv", "place"},
    {"assets.csv", "asset"},
    {"calendar.csv", "calendar_day"},
};

constexpr struct {
  const char* prefix;
  common::v1::CoordinateSystem system;
} kGridFiles[] = {
    {"grids_gcj02", common::v1::COORDINATE_SYSTEM_GCJ02},
    {"grids_bd09", common::v1::COORDINATE_SYSTEM_BD09},
    {"grids", common::v1::COORDINATE_SYSTEM_WGS84},
};

Message* MutableBody(const std::string& kind, CityRow* row) {
  const auto* field = CityRow::descriptor()->FindFieldByName(kind);
  return row->GetReflection()->MutableMessage(row, field);
}

const Descriptor& TypeOf(const std::string& kind) {
  return *CityRow::descriptor()->FindFieldByName(kind)->message_type();
}

// The fields that are columns or properties: all but polygons.
std::vector<const FieldDescriptor*> ColumnsOf(const Descriptor& type) {
  std::vector<const FieldDescriptor*> columns;
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      columns.push_back(type.field(i));
    }
  }
  return columns;
}

class Reader {
 public:
  explicit Reader(std::string directory) : directory_(std::move(directory)) {}

  // What cannot be read is left out and told in `left_out` when that is given.
  absl::StatusOr<Folder> Read(std::vector<std::string>* left_out) {
    std::error_code error;
    std::vector<std::string> grid_files;
    for (const auto& entry :
         std::filesystem::directory_iterator(directory_, error)) {
      const std::string name = entry.path().filename().string();
      if (absl::StartsWith(name, "grids") && absl::EndsWith(name, ".geojson")) {
        grid_files.push_back(name);
      }
    }
    if (error) {
      return absl::NotFoundError(absl::StrCat(
          directory_, ": is not a readable folder: ", error.message()));
    }
    std::sort(grid_files.begin(), grid_files.end());
    if (grid_files.empty()) Fault(directory_, "has no grids*.geojson");
    for (const std::string& name : grid_files) ReadGrids(name);
    if (std::filesystem::exists(directory_ + "/" + kGridTable)) {
      ReadTable(kGridTable, "grid");
    }
    for (const auto& table : kTables) ReadTable(table.file, table.kind);
    if (left_out != nullptr) {
      *left_out = std::move(faults_);
      return std::move(folder_);
    }
    return Finish("the city folder");
  }

  // One table alone.
  absl::StatusOr<Folder> Read(const std::string& file,
                              const std::string& kind) {
    ReadTable(file, kind);
    return Finish(file);
  }

 private:
  absl::StatusOr<Folder> Finish(const std::string& what) {
    if (faults_.empty()) return std::move(folder_);
    return absl::InvalidArgumentError(
        absl::StrCat(what, " has ", faults_.size(), " faults:\n  ",
                     absl::StrJoin(faults_, "\n  ")));
  }

  void Fault(const std::string& origin, const std::string& problem) {
    faults_.push_back(absl::StrCat(origin, ": ", problem));
  }

  // `whole`: every field could be read.
  void Add(const CityRow& row, const std::string& origin, bool whole) {
    const CityRowKey key = KeyOf(row);
    if (key.id().empty()) {
      Fault(origin, "has no id in its first column");
      return;
    }
    const auto [place, fresh] = folder_.origins.emplace(KeyText(key), origin);
    if (!fresh) {
      Fault(origin,
            absl::StrCat("the id ", key.id(), " was used at ", place->second));
      return;
    }
    if (whole) {
      folder_.rows[KeyText(key)] = std::make_shared<const CityRow>(row);
    }
  }

  // False when a field could not be read.
  template <typename Get>
  bool FillFields(const std::string& kind, const std::string& origin,
                  const Get& get, CityRow* row) {
    const size_t faults_before = faults_.size();
    Message* body = MutableBody(kind, row);
    for (const FieldDescriptor* field : ColumnsOf(TypeOf(kind))) {
      const std::string column = ColumnOf(*field);
      const absl::Status status = SetField(*field, get(column), body);
      if (!status.ok()) {
        Fault(origin, absl::StrCat(column, ": ", status.message()));
      }
    }
    return faults_.size() == faults_before;
  }

  void ReadTable(const std::string& file, const std::string& kind) {
    const auto text = ReadFile(directory_ + "/" + file);
    if (!text.ok()) {
      Fault(file, "is missing");
      return;
    }
    const auto table = CsvTable::Parse(
        file, *text, {ColumnOf(*TypeOf(kind).FindFieldByNumber(1))});
    if (!table.ok()) {
      faults_.emplace_back(table.status().message());
      return;
    }
    for (const CsvTable::Row& line : table->rows()) {
      CityRow row;
      const std::string origin = absl::StrCat(file, ":", line.line());
      const bool whole = FillFields(
          kind, origin,
          [&](const std::string& column) { return line.Get(column); }, &row);
      Add(row, origin, whole);
    }
  }

  void ReadGrids(const std::string& file) {
    const auto text = ReadFile(directory_ + "/" + file);
    if (!text.ok()) {
      faults_.emplace_back(text.status().message());
      return;
    }
    auto system = common::v1::COORDINATE_SYSTEM_WGS84;
    for (const auto& known : kGridFiles) {
      if (absl::StartsWith(file, known.prefix)) {
        system = known.system;
        break;
      }
    }
    auto features = geo::ReadGeoJson(file, *text, system);
    if (!features.ok()) {
      faults_.emplace_back(features.status().message());
      return;
    }
    for (geo::Feature& feature : *features) {
      CityRow row;
      const std::string origin =
          absl::StrCat(file, ": feature ", feature.number);
      const auto get = [&](const std::string& column) {
        const auto found = feature.properties.find(column);
        return found == feature.properties.end() ? "" : found->second;
      };
      const bool whole = FillFields("grid", origin, get, &row);
      for (auto& polygon : feature.polygons) {
        *row.mutable_grid()->add_polygons() = std::move(polygon);
      }
      Add(row, origin, whole);
    }
  }

  const std::string directory_;
  Folder folder_;
  std::vector<std::string> faults_;
};

std::string TableText(const std::string& kind, const RowMap& rows) {
  const auto columns = ColumnsOf(TypeOf(kind));
  std::vector<std::string> values;
  for (const auto* field : columns) values.push_back(ColumnOf(*field));
  std::string text = absl::StrJoin(values, ",") + "\n";
  const std::string prefix = kind + "/";
  for (auto it = rows.lower_bound(prefix);
       it != rows.end() && absl::StartsWith(it->first, prefix); ++it) {
    values.clear();
    for (const auto* field : columns) {
      values.push_back(CsvQuote(GetField(*field, BodyOf(*it->second))));
    }
    absl::StrAppend(&text, absl::StrJoin(values, ","), "\n");
  }
  return text;
}

std::string GridsText(const RowMap& rows) {
  const auto columns = ColumnsOf(TypeOf("grid"));
  std::vector<geo::Feature> features;
  for (auto it = rows.lower_bound("grid/");
       it != rows.end() && absl::StartsWith(it->first, "grid/"); ++it) {
    const Grid& grid = it->second->grid();
    geo::Feature feature;
    for (const auto* field : columns) {
      feature.properties[ColumnOf(*field)] = GetField(*field, grid);
    }
    feature.polygons.assign(grid.polygons().begin(), grid.polygons().end());
    features.push_back(std::move(feature));
  }
  return geo::WriteGeoJson(features);
}

std::string Describe(const Folder& folder, const Fault& fault) {
  const auto origin = folder.origins.find(fault.row_key);
  return absl::StrCat(
      origin == folder.origins.end() ? fault.row_key : origin->second, ": ",
      fault.problem);
}

}  // namespace

absl::StatusOr<Folder> ReadFolder(const std::string& directory) {
  return Reader(directory).Read(nullptr);
}

absl::StatusOr<RowMap> ReadRowTable(const std::string& path,
                                    const std::string& kind) {
  const std::filesystem::path file(path);
  const std::string directory =
      file.has_parent_path() ? file.parent_path().string() : ".";
  ASSIGN_OR_RETURN(Folder folder,
                   Reader(directory).Read(file.filename().string(), kind));
  return std::move(folder.rows);
}

absl::Status WriteFolder(const std::string& directory, const RowMap& rows) {
  RETURN_IF_ERROR(WriteFile(directory + "/grids.geojson", GridsText(rows)));
  for (const auto& table : kTables) {
    RETURN_IF_ERROR(WriteFile(absl::StrCat(directory, "/", table.file),
                              TableText(table.kind, rows)));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const City>> LoadFolder(
    const std::string& directory) {
  ASSIGN_OR_RETURN(const Folder folder, ReadFolder(directory));
  std::vector<Fault> faults;
  auto city = City::Build({}, folder.rows, &faults);
  if (city.ok()) return city;
  std::vector<std::string> lines;
  for (const Fault& fault : faults) lines.push_back(Describe(folder, fault));
  return absl::FailedPreconditionError(
      absl::StrCat("the city folder has ", lines.size(), " faults:\n  ",
                   absl::StrJoin(lines, "\n  ")));
}

absl::StatusOr<std::shared_ptr<const City>> LoadPartialFolder(
    const std::string& directory, std::vector<std::string>* left_out) {
  ASSIGN_OR_RETURN(Folder folder, Reader(directory).Read(left_out));
  while (true) {
    std::vector<Fault> faults;
    auto city = City::Build({}, folder.rows, &faults);
    if (city.ok()) return city;
    // What names a row that is left out is left out next time round.
    size_t erased = 0;
    for (const Fault& fault : faults) {
      if (folder.rows.erase(fault.row_key) == 0) continue;
      ++erased;
      left_out->push_back(Describe(folder, fault));
    }
    if (erased == 0) return city.status();
  }
}

}  // namespace wangge::city
