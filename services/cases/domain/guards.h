// Who may do what to this case, from the unit tree. Each returns OK or an error
// that says what is missing.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "services/cases/domain/decide.h"

namespace wangge::cases {

// The actor is a person.
absl::Status RequireOfficer(const Case& c, const Context& context);

// The actor dispatches or stands on duty in an operation centre.
bool IsDispatcher(const Actor& actor, const city::City& city);

// The actor dispatches or stands on duty in an operation centre that is a
// superior of the unit accountable for the case, or coordinates it.
absl::Status RequireDispatcher(const Case& c, const Context& context);

// The same, but above each of these units.
absl::Status RequireDispatcherAbove(const Case& c,
                                    const std::vector<std::string>& unit_ids,
                                    const Context& context);

// The same as RequireDispatcher, but a leader of such a centre.
absl::Status RequireLeader(const Case& c, const Context& context);

// The same, but the coordinator of the running consultation.
absl::Status RequireCoordinator(const Case& c, const Context& context);
// The same, but a centre above the coordinator; the city's own when it
// coordinates.
absl::Status RequireAdjudicator(const Case& c, const Context& context);

// The actor belongs to the unit of the assignment, which must exist.
absl::Status RequireUnitOf(const Case& c, const Assignment* assignment,
                           const Context& context);

// The actor belongs to the grid team that is to look at the spot.
absl::Status RequireVerifier(const Case& c, const Context& context);

// The actor belongs to the accountable unit.
absl::Status RequireAccountable(const Case& c, const Context& context);

// The actor may check: a grid worker, grid leader, checker or dispatcher who
// handled no part of the case.
absl::Status RequireChecker(const Case& c, const Context& context);

// The actor holds this post.
bool HasPost(const Actor& actor, const std::string& post);

// The actor is a source of this case.
bool IsSourceOf(const Case& c, const Actor& actor);

// The category may be handled by such a unit: what is for departments only is
// never pushed down to a grid.
absl::Status CheckAllowed(const Case& c, const std::string& command,
                          const city::Category& category,
                          const city::Unit& unit);

// The same for the category that the case has, if the city knows it.
absl::Status CheckAllowed(const Case& c, const std::string& command,
                          const city::Unit& unit, const Context& context);

template <typename List>
bool Contains(const List& list, const std::string& value) {
  return std::find(list.begin(), list.end(), value) != list.end();
}

// Why not: WRONG_STATE with the case's state and the command.
absl::Status Refuse(const Case& c, const std::string& command,
                    const std::string& why);

// INVALID_FIELDS with one fault.
absl::Status FieldFault(const std::string& field, const std::string& problem);

// The unit, or INVALID_FIELDS for `field`.
absl::StatusOr<const city::Unit*> FindUnit(const Context& context,
                                           const std::string& field,
                                           const std::string& unit_id);

}  // namespace wangge::cases
