// What PostgreSQL's error codes mean to our callers.
#pragma once

#include <string>

#include "absl/status/status.h"

namespace wangge::db {

// Appendix A of PostgreSQL's manual, reduced to what a caller can do about it.
absl::StatusCode CodeOfSqlState(const std::string& sqlstate);

}  // namespace wangge::db
