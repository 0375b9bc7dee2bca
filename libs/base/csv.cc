#include "base/csv.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/text.h"

namespace wangge {
namespace {

// Reads one record from *pos. False when a quote is left open.
bool ReadRecord(const std::string& text, size_t* pos, int* line,
                std::vector<std::string>* values) {
  values->clear();
  std::string value;
  bool quoted = false;
  while (*pos < text.size()) {
    const char c = text[(*pos)++];
    if (quoted) {
      if (c == '\n') ++*line;
      if (c != '"') {
        value.push_back(c);
      } else if (*pos < text.size() && text[*pos] == '"') {
        value.push_back('"');
        ++*pos;
      } else {
        quoted = false;
      }
    } else if (c == '"' && value.empty()) {
      quoted = true;
    } else if (c == ',') {
      values->push_back(std::exchange(value, {}));
    } else if (c == '\n') {
      ++*line;
      break;
    } else if (c != '\r') {
      value.push_back(c);
    }
  }
  values->push_back(std::move(value));
  return !quoted;
}

absl::Status Fault(const std::string& name, int line, const std::string& what) {
  return absl::InvalidArgumentError(absl::StrCat(name, ":", line, ": ", what));
}

}  // namespace

const std::string& CsvTable::Row::Get(const std::string& column) const {
  static const std::string* const empty = new std::string;
  const auto found = table_->columns_.find(column);
  return found == table_->columns_.end() ? *empty : values_[found->second];
}

CsvTable::CsvTable(CsvTable&& other) noexcept
    : names_(std::move(other.names_)),
      columns_(std::move(other.columns_)),
      rows_(std::move(other.rows_)) {
  Adopt();
}

CsvTable& CsvTable::operator=(CsvTable&& other) noexcept {
  names_ = std::move(other.names_);
  columns_ = std::move(other.columns_);
  rows_ = std::move(other.rows_);
  Adopt();
  return *this;
}

void CsvTable::Adopt() {
  for (Row& row : rows_) row.table_ = this;
}

absl::StatusOr<CsvTable> CsvTable::Parse(
    const std::string& name, const std::string& bytes,
    const std::vector<std::string>& required) {
  const absl::StatusOr<std::string> decoded = ToUtf8(bytes);
  if (!decoded.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " ", decoded.status().message()));
  }
  const std::string& text = *decoded;
  CsvTable table;
  size_t pos = 0;
  int line = 1;
  std::vector<std::string> values;
  if (!ReadRecord(text, &pos, &line, &values)) {
    return Fault(name, 1, "a quote is left open in the header");
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (!table.columns_.emplace(values[i], i).second) {
      return Fault(
          name, 1,
          absl::StrCat("column `", values[i], "` occurs twice; rename one"));
    }
  }
  for (const std::string& column : required) {
    if (!table.columns_.contains(column)) {
      return Fault(name, 1,
                   absl::StrCat("column `", column,
                                "` is missing; add it to the header"));
    }
  }
  const size_t width = values.size();
  table.names_ = std::move(values);
  while (pos < text.size()) {
    const int first_line = line;
    if (!ReadRecord(text, &pos, &line, &values)) {
      return Fault(name, first_line,
                   "a quote is left open; close it or double it");
    }
    if (values.size() == 1 && values[0].empty()) continue;
    if (values.size() != width) {
      return Fault(name, first_line,
                   absl::StrCat("has ", values.size(),
                                " values where the header has ", width));
    }
    Row row;
    row.values_ = std::move(values);
    row.line_ = first_line;
    table.rows_.push_back(std::move(row));
  }
  table.Adopt();
  return table;
}

std::string CsvQuote(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) {
    if (c == '"') quoted.push_back('"');
    quoted.push_back(c);
  }
  quoted.push_back('"');
  return quoted;
}

}  // namespace wangge
