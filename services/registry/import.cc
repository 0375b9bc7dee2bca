#include "services/registry/import.h"

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
  version.set_content_hash(city::ContentHash(rows));
  version.set_row_count(static_cast<int64_t>(rows.size()));

  ImportResult result;
  if (current != nullptr &&
      current->version().content_hash() == version.content_hash()) {
    *result.response.mutable_version() = current->version();
    result.city = current;
    return result;
  }
  ASSIGN_OR_RETURN(result.city, city::City::Build(version, rows));
  const Changes changes =
      Difference(current == nullptr ? city::RowMap() : current->rows(), rows);
  RETURN_IF_ERROR(store->Commit(version, changes, deadline));
  *result.response.mutable_version() = version;
  result.response.set_added_count(changes.added_count);
  result.response.set_changed_count(
      static_cast<int64_t>(changes.upserts.size()) - changes.added_count);
  result.response.set_removed_count(
      static_cast<int64_t>(changes.removals.size()));
  return result;
}

}  // namespace wangge::registry
