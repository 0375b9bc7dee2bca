// CSV as RFC 4180 has it: commas, quotes doubled inside quotes, line breaks
// allowed inside quotes. Our own because Debian has no C++ reader that tells
// the line on which a row starts.
#pragma once

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

namespace wangge {

// A table with named columns.
class CsvTable {
 public:
  // One row. Valid as long as its table.
  class Row {
   public:
    // The value of a column, empty when the column is not there.
    const std::string& Get(const std::string& column) const;
    // Line of the file on which the row starts, 1 is the header.
    int line() const { return line_; }

   private:
    friend class CsvTable;
    const CsvTable* table_ = nullptr;
    std::vector<std::string> values_;
    int line_ = 0;
  };

  // Parses UTF-8, with or without byte order mark, or GB18030; `name` stands in
  // errors. INVALID_ARGUMENT names file and line: an open quote, a row with
  // more or fewer values than the header, or a `required` column that is
  // missing; or the first byte that is in neither encoding.
  static absl::StatusOr<CsvTable> Parse(
      const std::string& name, const std::string& bytes,
      const std::vector<std::string>& required);

  CsvTable(CsvTable&&) noexcept;
  CsvTable& operator=(CsvTable&&) noexcept;

  const std::vector<Row>& rows() const { return rows_; }
  // In the order of the header.
  const std::vector<std::string>& columns() const { return names_; }
  bool HasColumn(const std::string& column) const {
    return columns_.contains(column);
  }

 private:
  CsvTable() = default;
  void Adopt();
  std::vector<std::string> names_;
  absl::flat_hash_map<std::string, size_t> columns_;
  std::vector<Row> rows_;
};

// One value, quoted when it must be.
std::string CsvQuote(const std::string& value);

}  // namespace wangge
