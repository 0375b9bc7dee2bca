// Matchers for absl::Status and StatusOr.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"

namespace wangge {

// What callers do wrong most often, by short names.
inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kDenied = absl::StatusCode::kPermissionDenied;
inline constexpr auto kWrongState = absl::StatusCode::kFailedPrecondition;

inline const absl::Status& GetStatus(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

// Matches a status by its code and a part of its message.
MATCHER_P2(StatusIs, code, part, "") {
  const absl::Status& status = GetStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code &&
         std::string(status.message()).find(part) != std::string::npos;
}

}  // namespace wangge

// Fails unless the status, or the status of the StatusOr, is OK.
#define EXPECT_OK(expr) \
  EXPECT_TRUE((expr).ok()) << ::wangge::GetStatus(expr).ToString()
#define ASSERT_OK(expr) \
  ASSERT_TRUE((expr).ok()) << ::wangge::GetStatus(expr).ToString()
