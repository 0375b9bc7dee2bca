#include "services/cases/shared/changes.h"

#include "errors/errors.h"
#include "services/cases/shared/actor.h"

namespace wangge::cases {
namespace {

// More would only wait for each other.
constexpr int kMaxRunning = 1000;
constexpr absl::Duration kRetryDelay = absl::Milliseconds(200);

}  // namespace

absl::StatusOr<ChangeContext> Changes::ContextFor(const rpc::Call& call) const {
  ASSIGN_OR_RETURN(auto city, city::Current(city_));
  ASSIGN_OR_RETURN(Actor actor, ActorOf(call.caller, *city));
  return ChangeContext{std::move(city), std::move(actor), clock_.Now()};
}

void Changes::Start(exec::Task<absl::StatusOr<Outcome>> change,
                    rpc::Reply<Case> reply) {
  if (running_.fetch_add(1) >= kMaxRunning) {
    running_.fetch_sub(1);
    return reply(errors::Overloaded(kRetryDelay));
  }
  exec::Start<absl::StatusOr<Outcome>>(
      std::move(change),
      [this, reply = std::move(reply)](absl::StatusOr<Outcome> outcome) {
        running_.fetch_sub(1);
        if (!outcome.ok()) return reply(outcome.status());
        reply(std::move(outcome->snapshot));
      });
}

}  // namespace wangge::cases
