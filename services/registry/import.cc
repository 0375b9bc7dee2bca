#include "services/registry/import.h"

#include <algorithm>

#include "base/clock.h"
#include "base/status_macros.h"

namespace wangge::registry {

absl::StatusOr<ImportResult> ImportCity(
    const city::RowMap& rows, const std::string& author,
    const std::string& comment, absl::Time now,
    const std::shared_ptr<const city::City>& current, Store* store,
    absl::Time deadline) {
  city::CityVersion version;
  version.set_version(current == nullptr ? 1
                                         : current->version().version() + 1);
  *version.mutable_activate_time() = ToProto(now);
  version.set_author(author);
  version.set_comment(comment);

  ImportResult result;
  city::Changes changes;
  if (current == nullptr) {
    changes.upserts = rows;
    ASSIGN_OR_RETURN(result.city, city::City::Build(version, rows));
  } else {
    changes = city::Difference(current->rows(), city::RowSet(rows));
    if (changes.empty()) {
      *result.response.mutable_version() = current->version();
      result.city = current;
      return result;
    }
    ASSIGN_OR_RETURN(result.city, current->With(version, changes));
  }
  version = result.city->version();
  RETURN_IF_ERROR(store->Commit(version, changes, deadline));
  *result.response.mutable_version() = version;
  const auto changed = std::count_if(
      changes.upserts.begin(), changes.upserts.end(), [&](const auto& upsert) {
        return current != nullptr &&
               current->rows().Find(upsert.first) != nullptr;
      });
  result.response.set_changed_count(changed);
  result.response.set_added_count(static_cast<int64_t>(changes.upserts.size()) -
                                  changed);
  result.response.set_removed_count(
      static_cast<int64_t>(changes.removals.size()));
  return result;
}

}  // namespace wangge::registry
