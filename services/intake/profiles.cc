#include "services/intake/profiles.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "google/protobuf/text_format.h"

namespace wangge::intake {

absl::StatusOr<Profiles> ReadProfiles(const std::string& directory) {
  Profiles profiles;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".textproto") continue;
    const std::string path = entry.path().string();
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    v1::SourceProfile profile;
    if (!google::protobuf::TextFormat::ParseFromString(text, &profile) ||
        profile.source_id().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is not a SourceProfile with a source_id"));
    }
    if (!profiles.emplace(profile.source_id(), profile).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": source ", profile.source_id(),
                       " has another profile already"));
    }
  }
  if (profiles.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": holds no *.textproto source profiles"));
  }
  return profiles;
}

std::string MapCategory(const v1::SourceProfile& profile,
                        const std::string& source_code) {
  for (const auto& mapping : profile.category_mappings()) {
    if (mapping.source_code() == source_code) return mapping.category_code();
  }
  return "";
}

}  // namespace wangge::intake
