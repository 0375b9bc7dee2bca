// Looking cases up by their words and their place. The index follows the feed,
// so that admitting a report does not wait for it.
#pragma once

#include <string>
#include <vector>

#include "db/pool.h"
#include "geo/coordinates.h"
#include "services/cases/query/query_store.h"

namespace wangge::cases {

// Thread-safe; several processes may follow at the same time.
class Search {
 public:
  // Both must outlive it.
  Search(db::Pool* pool, QueryStore* store) : pool_(*pool), store_(*store) {}

  // Reads on in the feed and writes what cases are looked up by. True when
  // there may be more.
  absl::StatusOr<bool> Follow(absl::Time deadline);

  struct Found {
    std::vector<Case> cases;           // Newest first, at most `limit`.
    std::optional<ListPosition> next;  // Absent when there is nothing older.
  };
  // Looks back from a position, twelve months at most.
  // INVALID_ARGUMENT when `near` is no point.
  absl::StatusOr<Found> Find(const v1::ListCasesRequest& request,
                             const ListPosition& position, int limit,
                             absl::Time deadline);

 private:
  absl::StatusOr<std::vector<Case>> FindInMonth(
      const v1::ListCasesRequest& request, const geo::Point& near,
      absl::CivilMonth month, const ListPosition& position, int limit,
      absl::Time deadline);

  db::Pool& pool_;
  QueryStore& store_;
};

}  // namespace wangge::cases
