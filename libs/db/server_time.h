// The time of the database: all processes that share it agree on it.
#pragma once

#include "absl/status/statusor.h"
#include "db/pool.h"

namespace wangge::db {

// Its statement; every pool prepares it.
extern const Statement kServerTime;

// The clock of the server that `pool` is connected to.
absl::StatusOr<absl::Time> ServerTime(Pool* pool, absl::Time deadline);

}  // namespace wangge::db
