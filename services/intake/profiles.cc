#include "services/intake/profiles.h"

#include "rpc/profiles.h"

namespace wangge::intake {

absl::StatusOr<Profiles> ReadProfiles(const std::string& directory) {
  return rpc::ReadProfiles<v1::SourceProfile>(
      directory, [](const v1::SourceProfile& p) { return p.source_id(); });
}

std::string MapCategory(const v1::SourceProfile& profile,
                        const std::string& source_code) {
  for (const auto& mapping : profile.category_mappings()) {
    if (mapping.source_code() == source_code) return mapping.category_code();
  }
  return "";
}

}  // namespace wangge::intake
