// Builds the events of one decision, applying each as it is made, so that the
// next one sees its effect.
#pragma once

#include <algorithm>
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

  // Emits the event that `fill` writes the body of, linked to the one before.
  template <typename Fill>
  void Emit(const Fill& fill) {
    CaseEvent event;
    event.set_case_no(case_.case_no());
    event.set_sequence(case_.version() + 1);
    // A clock that was set back does not back-date.
    *event.mutable_event_time() =
        ToProto(std::max(context_.now, FromProto(case_.last_event_time())));
    event.set_actor(actor_);
    event.set_city_version(context_.city.version().version());
    event.set_previous_hash(case_.chain_hash());
    fill(event);
    events_.push_back(std::move(event));
    ApplyLinked(events_.back(), &case_);
  }

  // #2: `by` of the team is to look at the spot, for what a person asks or for
  // what a plan is unsure of (RoutePlan.operator_reason); the other is empty.
  void RequestVerification(const routing::v1::Responsible& by,
                           const std::string& question,
                           const std::string& operator_reason);
  // #6: the limit starts.
  void File(const city::Category& category, common::v1::Urgency urgency,
            const city::Unit* lead);
  // #7 to the lead and the co-handlers. `plan` may be null: a person chose.
  void Dispatch(const routing::v1::Responsible& lead,
                const std::vector<routing::v1::Responsible>& co_handlers,
                const RoutePlan* plan);
  // What the rules do as soon as a plan is known: #6 and #7 or J1 when it is
  // sure, else nothing.
  void FollowPlan(const RoutePlan& plan);
  // #7 as the rules do it again when a plan is sure, else nothing.
  void DispatchBy(const RoutePlan& plan);
  // #23.
  void Cancel(const std::string& reason, bool withdrawn);
  // J1: at least two different parties. A person gives the cause in words; a
  // rule names its own.
  void ProposeJoint(
      std::vector<std::string> party_unit_ids, const std::string& cause,
      v1::ConsultationCause rule_cause = v1::CONSULTATION_CAUSE_UNSPECIFIED);
  // Asks another person: the approval's number, requester and time are filled
  // in. REQUIRES: the actor is an officer.
  void Ask(v1::Approval approval);
  // The approval that waits, if any, lapses: what it wished has no object.
  void LapseApproval(v1::LapseCause cause);
  // #16 by a centre; `supervised` says why and what else is known. Its unit and
  // the time of the reply are filled in.
  void Supervise(const std::string& unit_id, v1::Supervised supervised);
  // #14: the limit goes on with what was left when it stopped.
  void Resume();
  // An assignment for a unit, numbered after those of the case and `offset`
  // new ones.
  Assignment Offer(const routing::v1::Responsible& to, v1::AssignmentRole role,
                   int offset) const;

  Events Take() { return std::move(events_); }

 private:
  Case case_;
  const Context& context_;
  std::string actor_;
  Events events_;
};

// The grids of a case or a plan that the city knows.
std::vector<const city::Grid*> ChainOf(
    const city::City& city,
    const google::protobuf::RepeatedPtrField<std::string>& grid_ids);
// The operation centre at the place.
inline const city::Unit& CentreAt(const city::City& city, const Case& c) {
  return city.OperationCentreAt(ChainOf(city, c.grid_ids()));
}
inline const city::Unit& CentreAt(const city::City& city,
                                  const RoutePlan& plan) {
  return city.OperationCentreAt(ChainOf(city, plan.place().grid_ids()));
}

// The unit with the officer on duty, chosen by a person.
routing::v1::Responsible ChosenByPerson(const city::City& city,
                                        const city::Unit& unit, absl::Time now);
// Units chosen by a person; INVALID_FIELDS for `field`.
absl::StatusOr<std::vector<routing::v1::Responsible>> ChooseUnits(
    const std::string& field,
    const google::protobuf::RepeatedPtrField<std::string>& unit_ids,
    const Context& context);

}  // namespace wangge::cases
