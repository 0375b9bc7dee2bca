// Profiles of those who call: one text proto a file, so that a new one joins by
// adding a file.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "google/protobuf/text_format.h"

namespace wangge::rpc {

// Reads every *.textproto of a folder, by the id that `id_of` takes from a
// profile. INVALID_ARGUMENT names the file: not a profile, without an id, or
// with one that another file has.
template <typename Profile, typename IdOf>
absl::StatusOr<std::map<std::string, Profile>> ReadProfiles(
    const std::string& directory, const IdOf& id_of) {
  const std::string type = Profile::descriptor()->name();
  std::map<std::string, Profile> profiles;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".textproto") continue;
    const std::string path = entry.path().string();
    ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
    Profile profile;
    if (!google::protobuf::TextFormat::ParseFromString(text, &profile) ||
        id_of(profile).empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is not a ", type, " with an id"));
    }
    if (!profiles.emplace(id_of(profile), profile).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          path, ": ", id_of(profile), " has another profile already"));
    }
  }
  if (profiles.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": holds no *.textproto of a ", type));
  }
  return profiles;
}

}  // namespace wangge::rpc
