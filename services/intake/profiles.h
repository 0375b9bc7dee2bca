// Source profiles: one text proto per source system. A new platform joins by
// adding a file.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "wangge/intake/v1/intake.pb.h"

namespace wangge::intake {

// By source_id.
using Profiles = std::map<std::string, v1::SourceProfile>;

// Reads every *.textproto of a folder. INVALID_ARGUMENT names the file: not a
// profile, no source_id, or one that another file has.
absl::StatusOr<Profiles> ReadProfiles(const std::string& directory);

// Our category for a source's own code; empty when there is no mapping.
std::string MapCategory(const v1::SourceProfile& profile,
                        const std::string& source_code);

}  // namespace wangge::intake
