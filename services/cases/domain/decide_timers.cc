// What the timers do: J3 and J5 for the silent, #14, #15, #16.
#include <algorithm>

#include "services/cases/domain/decide.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

// The operation centre above a unit; the unit itself at the top.
const city::Unit& CentreAbove(const city::City& city,
                              const std::string& unit_id) {
  const city::Unit* unit = city.FindUnit(unit_id);
  if (unit == nullptr) return city.root_unit();
  const city::Unit* superior = city.FindUnit(unit->parent_unit_id());
  return superior == nullptr ? *unit
                             : city.LowestCommonCentre({superior->unit_id()});
}

void Urge(const Timer& timer, Step* step) {
  step->Emit([&](CaseEvent& event) {
    event.mutable_urged()->set_kind(TimerName(timer.kind));
    event.mutable_urged()->set_timer(timer.name);
  });
}

// Who said nothing accepts; then the centre above decides, or is urged when
// there is none.
void EndConsultation(const Timer& timer, const Context& context, Step* step) {
  const v1::Consultation consultation = step->now().consultation();
  const auto& positions = consultation.positions();
  for (const auto& unit_id : consultation.party_unit_ids()) {
    const bool spoke = std::any_of(
        positions.begin(), positions.end(),
        [&](const v1::Position& p) { return p.unit_id() == unit_id; });
    if (spoke) continue;
    step->Emit([&](CaseEvent& event) {
      auto& position = *event.mutable_position_recorded()->mutable_position();
      position.set_unit_id(unit_id);
      position.set_accepts(true);
      position.set_silent(true);
    });
  }
  const auto& above =
      CentreAbove(context.city, consultation.coordinator_unit_id());
  if (above.unit_id() == consultation.coordinator_unit_id()) {
    Urge(timer, step);
    return;
  }
  step->Emit([&](CaseEvent& event) {
    auto& elevated = *event.mutable_consultation_elevated();
    elevated.set_coordinator_unit_id(above.unit_id());
    *elevated.mutable_due_time() = ToProto(
        ConsultationDue(context.city, step->now().urgency(), context.now));
  });
}

// The supervision that waits goes to the centre above, once at each.
void ElevateSupervision(const Timer& timer, const Context& context,
                        Step* step) {
  const std::string unit_id =
      step->now().supervisions(timer.number - 1).unit_id();
  const auto& above = CentreAbove(context.city, unit_id);
  if (above.unit_id() == unit_id) {
    Urge(timer, step);
  } else {
    v1::Supervised supervised;
    supervised.set_rule_cause(v1::SUPERVISION_CAUSE_NO_REPLY);
    supervised.set_timer(timer.name);
    supervised.set_superseded_number(timer.number);
    step->Supervise(above.unit_id(), std::move(supervised));
  }
}

void SuperviseOverdue(const Timer& timer, const Context& context, Step* step) {
  v1::Supervised supervised;
  supervised.set_rule_cause(v1::SUPERVISION_CAUSE_OVERDUE);
  supervised.set_timer(timer.name);
  const auto& centre =
      context.city.LowestCommonCentre({step->now().accountable_unit_id()});
  step->Supervise(centre.unit_id(), std::move(supervised));
}

void Fire(const Timer& timer, const Context& context, Step* step) {
  switch (timer.kind) {
    case TimerKind::kOverdue:
      SuperviseOverdue(timer, context, step);
      break;
    case TimerKind::kApproval:
      step->LapseApproval(v1::LAPSE_CAUSE_DEADLINE);
      break;
    case TimerKind::kReview:
      step->Resume();
      break;
    case TimerKind::kReply:
      ElevateSupervision(timer, context, step);
      break;
    case TimerKind::kConsultation:
      EndConsultation(timer, context, step);
      break;
    default:
      Urge(timer, step);
  }
}

}  // namespace

Events DecideTimers(const Case& c, const Context& context) {
  Step step(c, context);
  // Firing one may start, move or stop others; each ends itself.
  for (;;) {
    const std::vector<Timer> timers = RunningTimers(step.now());
    const auto due =
        std::find_if(timers.begin(), timers.end(),
                     [&](const Timer& t) { return t.due <= context.now; });
    if (due == timers.end()) return step.Take();
    Fire(*due, context, &step);
  }
}

}  // namespace wangge::cases
