// What a validator finds.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_split.h"
#include "errors/errors.h"

namespace wangge::command {

// The fields of all faults, in the order in which they were found.
inline std::vector<std::string> FaultyFields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const std::string& line : errors::ViolationsOf(status)) {
    const std::vector<std::string> parts = absl::StrSplit(line, ": ");
    fields.push_back(parts.front());
  }
  return fields;
}

}  // namespace wangge::command
