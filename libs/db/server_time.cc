#include "db/server_time.h"

#include "base/status_macros.h"

namespace wangge::db {

const Statement kServerTime{
    "server_time",
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint "
    "AS micros"};

absl::StatusOr<absl::Time> ServerTime(Pool* pool, absl::Time deadline) {
  ASSIGN_OR_RETURN(const Rows rows, pool->Query(kServerTime, {}, deadline));
  return rows.TimeOfMicros(0, "micros");
}

}  // namespace wangge::db
