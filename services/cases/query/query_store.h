// What queries read of cases.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "db/pool.h"
#include "services/cases/domain/decide.h"
#include "wangge/cases/v1/cases.pb.h"

namespace wangge::cases {

// A place in a list, newest first: what comes after it is older.
struct ListPosition {
  absl::Time before_time;
  std::string before_case_no;
};
inline ListPosition PositionOf(const Case& c) {
  return {FromProto(c.receive_time()), c.case_no()};
}

// Thread-safe.
class QueryStore {
 public:
  explicit QueryStore(db::Pool* pool) : pool_(*pool) {}

  // The events of a case, in order; empty when there is no such case.
  absl::StatusOr<Events> Timeline(const std::string& case_no,
                                  absl::Time deadline);
  // Cases after a place, newest first; by anything but text and place.
  absl::StatusOr<std::vector<Case>> List(const v1::ListCasesRequest& filter,
                                         const ListPosition& position,
                                         int limit, absl::Time deadline);
  // When the oldest case was received; absent when there is none.
  absl::StatusOr<std::optional<absl::Time>> FirstReceiveTime(
      absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
