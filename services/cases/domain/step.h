// Builds the events of one decision, applying each as it is made, so that the
// next one sees its effect.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/limits.h"

namespace wangge::cases {

class Step {
 public:
  // `actor` defaults to the context's.
  Step(Case c, const Context& context)
      : case_(std::move(c)), context_(context), actor_(context.actor.text) {}

  // The case with all events so far.
  const Case& now() const { return case_; }
  void SetActor(const std::string& actor) { actor_ = actor; }

  // Emits the event that `fill` writes the body of.
  template <typename Fill>
  void Emit(const Fill& fill) {
    CaseEvent event;
    event.set_case_no(case_.case_no());
    event.set_sequence(case_.version() + 1);
    *event.mutable_event_time() = ToProto(context_.now);
    event.set_actor(actor_);
    event.set_city_version(context_.city.version().version());
    fill(event);
    Apply(event, &case_);
    events_.push_back(std::move(event));
  }

  // #2: `by` of the team is to look at the spot.
  void RequestVerification(const routing::v1::Responsible& by,
                           const std::string& question);
  // #6: the limit starts.
  void File(const city::Category& category, common::v1::Urgency urgency,
            const city::Unit* lead);
  // #7 to the lead and the co-handlers. `plan` may be null: a person chose.
  void Dispatch(const routing::v1::Responsible& lead,
                const std::vector<routing::v1::Responsible>& co_handlers,
                const RoutePlan* plan);
  // J1: at least two different parties.
  void ProposeJoint(std::vector<std::string> party_unit_ids,
                    const std::string& cause);

  Events Take() { return std::move(events_); }

 private:
  Assignment Offer(const routing::v1::Responsible& to, v1::AssignmentRole role,
                   int number) const;

  Case case_;
  const Context& context_;
  std::string actor_;
  Events events_;
};

// The unit with the officer on duty, chosen by a person.
routing::v1::Responsible ChosenByPerson(const city::City& city,
                                        const city::Unit& unit, absl::Time now);

}  // namespace wangge::cases
