// Whole files.
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace wangge {

// The content of a file. NOT_FOUND names the path and the cause.
absl::StatusOr<std::string> ReadFile(const std::string& path);

// Writes a file so that readers see the old content or all of the new one.
absl::Status WriteFile(const std::string& path, const std::string& content);

}  // namespace wangge
