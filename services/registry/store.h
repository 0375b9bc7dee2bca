// The registry's tables: the city and its versions.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "city/city.h"
#include "db/pool.h"

namespace wangge::registry {

// Thread-safe.
class Store {
 public:
  explicit Store(db::Pool* pool) : pool_(*pool) {}

  // A version, the newest one for 0. NOT_FOUND when there is none.
  absl::StatusOr<city::CityVersion> GetVersion(int64_t version,
                                               absl::Time deadline);
  // The rows of the newest version.
  absl::StatusOr<city::RowMap> LoadRows(absl::Time deadline);
  // What changed after version `from` up to version `to`.
  absl::StatusOr<city::Changes> LoadChanges(int64_t from, int64_t to,
                                            absl::Time deadline);
  // Writes `version`, the successor of the newest one, in one transaction.
  // ABORTED when another version came first.
  absl::Status Commit(const city::CityVersion& version,
                      const city::Changes& changes, absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::registry
