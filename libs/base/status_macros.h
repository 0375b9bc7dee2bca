// Early return on errors, for functions that return absl::Status or StatusOr.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the function when `expr` is not OK.
#define RETURN_IF_ERROR(expr)                      \
  do {                                             \
    absl::Status wangge_status = (expr);           \
    if (!wangge_status.ok()) return wangge_status; \
  } while (false)

#define WANGGE_CONCAT_INNER(a, b) a##b
#define WANGGE_CONCAT(a, b) WANGGE_CONCAT_INNER(a, b)
#define WANGGE_ASSIGN_OR_RETURN(result, lhs, expr)     \
  auto result = (expr);                                \
  if (!result.ok()) return std::move(result).status(); \
  lhs = *std::move(result)

// Assigns the value of a StatusOr, or returns its error.
#define ASSIGN_OR_RETURN(lhs, expr) \
  WANGGE_ASSIGN_OR_RETURN(WANGGE_CONCAT(wangge_or_, __LINE__), lhs, expr)
