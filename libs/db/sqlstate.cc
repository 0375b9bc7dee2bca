#include "db/sqlstate.h"

namespace wangge::db {

absl::StatusCode CodeOfSqlState(const std::string& sqlstate) {
  static constexpr struct {
    const char* prefix;
    absl::StatusCode code;
  } kTable[] = {
      {"23505", absl::StatusCode::kAlreadyExists},
      {"23503", absl::StatusCode::kFailedPrecondition},
      {"40001", absl::StatusCode::kAborted},           // Serialization failure.
      {"40P01", absl::StatusCode::kAborted},           // Deadlock.
      {"55P03", absl::StatusCode::kAborted},           // Lock timeout.
      {"57014", absl::StatusCode::kDeadlineExceeded},  // Statement timeout.
      {"53", absl::StatusCode::kResourceExhausted},
      {"08", absl::StatusCode::kUnavailable},
      {"57P", absl::StatusCode::kUnavailable},  // Shutdown.
  };
  for (const auto& row : kTable) {
    if (sqlstate.rfind(row.prefix, 0) == 0) return row.code;
  }
  // Syntax, types and checks: our mistake, as input was validated before.
  return absl::StatusCode::kInternal;
}

}  // namespace wangge::db
