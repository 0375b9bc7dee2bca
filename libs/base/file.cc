#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"

namespace wangge {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  // Copying nothing would count as a failure.
  const bool is_empty =
      in && in.peek() == std::ifstream::traits_type::eof() && !in.bad();
  if (is_empty) return std::string();
  std::ostringstream content;
  if (in) content << in.rdbuf();
  if (!in || content.fail()) {
    return absl::NotFoundError(
        absl::StrCat(path, ": cannot be read: ", std::strerror(errno)));
  }
  return content.str();
}

absl::Status WriteFile(const std::string& path, const std::string& content) {
  const std::string temporary = path + ".new";
  {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out << content;
    out.close();
    if (!out) {
      return absl::UnavailableError(absl::StrCat(
          temporary, ": cannot be written: ", std::strerror(errno)));
    }
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) {
    return absl::UnavailableError(
        absl::StrCat(path, ": cannot be replaced: ", std::strerror(errno)));
  }
  return absl::OkStatus();
}

}  // namespace wangge
