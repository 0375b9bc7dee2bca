// The city folder: a city as files that people can read and edit. The format is
// docs/concepts/city.md.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "city/city.h"

namespace wangge::city {

// A city folder's rows and where each came from.
struct Folder {
  RowMap rows;
  // `file:line` or `file: feature N` by KeyText.
  std::map<std::string, std::string> origins;
};

// Reads a folder. INVALID_ARGUMENT lists every faulty row with file and line.
absl::StatusOr<Folder> ReadFolder(const std::string& directory);

// Reads one table of a folder, for example `rule` of a responsibilities.csv.
// INVALID_ARGUMENT lists every faulty row with file and line.
absl::StatusOr<RowMap> ReadRowTable(const std::string& path,
                                    const std::string& kind);

// Writes rows as a folder; the directory must exist. Files are replaced.
absl::Status WriteFolder(const std::string& directory, const RowMap& rows);

// Reads a folder and builds its city; faults are told with file and line.
absl::StatusOr<std::shared_ptr<const City>> LoadFolder(
    const std::string& directory);

// As LoadFolder, but leaves out every faulty row and what depends on it; each
// is told in `left_out`. Fails when no city is left.
absl::StatusOr<std::shared_ptr<const City>> LoadPartialFolder(
    const std::string& directory, std::vector<std::string>* left_out);

}  // namespace wangge::city
