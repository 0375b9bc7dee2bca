#include "services/cases/shared/change.h"

#include <utility>

#include "base/status_macros.h"

namespace wangge::cases {

Command CommandOf(std::string case_no, RequestKey key,
                  std::function<absl::StatusOr<Events>(const Case& c)> decide,
                  absl::Time deadline) {
  Command command;
  command.case_nos = {std::move(case_no)};
  command.key = std::move(key);
  command.decide =
      [decide = std::move(decide)](
          const std::vector<Case>& cases,
          const RoutePlan*) -> absl::StatusOr<std::vector<Events>> {
    ASSIGN_OR_RETURN(Events events, decide(cases[0]));
    return std::vector<Events>{std::move(events)};
  };
  command.deadline = deadline;
  return command;
}

Change ChangeOf(Case before, Events events) {
  Change change;
  change.expected_version = before.version();
  change.events = std::move(events);
  change.snapshot = std::move(before);
  ApplyAll(change.events, &change.snapshot);
  return change;
}

}  // namespace wangge::cases
