// What the validators of several rooms have in common. Pure.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "errors/errors.h"

namespace wangge::cases {

// The longest texts, in characters.
inline constexpr size_t kMaxName = 200;
inline constexpr size_t kMaxShortText = 500;
inline constexpr size_t kMaxText = 2000;
inline constexpr size_t kMaxLongText = 4000;

// The violations of the fields that all changes of a case share.
template <typename Request>
errors::Violations ChangeViolations(const Request& r) {
  errors::Violations v;
  v.RequireText("case_no", r.case_no(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("etag", r.etag(), 0, 40);
  return v;
}

// For changes that have a reason besides, and nothing else.
template <typename Request>
absl::Status ValidateChangeWithReason(const Request& r) {
  errors::Violations v = ChangeViolations(r);
  v.RequireText("reason", r.reason(), 1, kMaxText);
  return v.ToStatus();
}

// Empty, or YYYY-MM-DD.
void RequireDay(const std::string& field, const std::string& text,
                errors::Violations* v);

}  // namespace wangge::cases
