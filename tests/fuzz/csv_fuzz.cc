// Any bytes are a table or an error that names the file; every row of a table
// has every column, and writing it out again gives the same table.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/csv.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto table = wangge::CsvTable::Parse("f.csv", text, {});
  if (!table.ok()) {
    if (table.status().message().find("f.csv") != 0) std::abort();
    return 0;
  }
  const auto write = [](const auto& columns, const auto& value) {
    std::string line;
    for (const std::string& column : columns) {
      line += wangge::CsvQuote(value(column)) + ",";
    }
    line.back() = '\n';
    return line;
  };
  std::string again =
      write(table->columns(), [](const std::string& column) { return column; });
  for (const auto& row : table->rows()) {
    again += write(table->columns(),
                   [&](const std::string& column) { return row.Get(column); });
  }
  // A first name that begins with a byte order mark is read without it.
  if (again.find("\xEF\xBB\xBF") == 0) return 0;
  const auto reread = wangge::CsvTable::Parse("g.csv", again, {});
  if (!reread.ok() || reread->columns() != table->columns()) std::abort();
  return 0;
}
