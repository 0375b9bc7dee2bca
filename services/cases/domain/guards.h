// Who may do what to this case, from the unit tree. Each returns OK or an error
// that says what is missing.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "services/cases/domain/decide.h"

namespace wangge::cases {

// The actor is a person.
absl::Status RequireOfficer(const Case& c, const Context& context);

// The actor dispatches or stands on duty in an operation centre that is a
// superior of the unit accountable for the case, or coordinates it.
absl::Status RequireDispatcher(const Case& c, const Context& context);

// The same, but the coordinator of the running consultation.
absl::Status RequireCoordinator(const Case& c, const Context& context);

// The actor belongs to the unit of the assignment, which must exist.
absl::Status RequireUnitOf(const Case& c, const Assignment* assignment,
                           const Context& context);

// The actor belongs to the grid team that is to look at the spot.
absl::Status RequireVerifier(const Case& c, const Context& context);

// The actor may check: a grid worker, grid leader, checker or dispatcher who
// handled no part of the case.
absl::Status RequireChecker(const Case& c, const Context& context);

// The actor is a source of this case.
bool IsSourceOf(const Case& c, const Actor& actor);

// Why not: WRONG_STATE with the case's state and the command.
absl::Status Refuse(const Case& c, const std::string& command,
                    const std::string& why);

// The unit, or INVALID_FIELDS for `field`.
absl::StatusOr<const city::Unit*> FindUnit(const Context& context,
                                           const std::string& field,
                                           const std::string& unit_id);

}  // namespace wangge::cases
