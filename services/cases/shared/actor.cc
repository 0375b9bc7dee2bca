#include "services/cases/shared/actor.h"

#include "errors/errors.h"

namespace wangge::cases {

absl::StatusOr<Actor> ActorOf(const rpc::Caller& caller,
                              const city::City& city) {
  Actor actor{caller.Text(), caller.NameIf("source"), nullptr};
  if (caller.officer_id.empty()) return actor;
  actor.officer = city.FindOfficer(caller.officer_id);
  if (actor.officer != nullptr) return actor;
  return errors::NotYours("city", "officers", actor.text);
}

}  // namespace wangge::cases
