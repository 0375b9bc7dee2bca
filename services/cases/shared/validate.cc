#include "services/cases/shared/validate.h"

#include "absl/time/civil_time.h"

namespace wangge::cases {

void RequireDay(const std::string& field, const std::string& text,
                errors::Violations* v) {
  absl::CivilDay day;
  v->Require(text.empty() || absl::ParseCivilTime(text, &day), field,
             absl::StrCat("is `", text, "`; must be a day written YYYY-MM-DD"));
}

}  // namespace wangge::cases
