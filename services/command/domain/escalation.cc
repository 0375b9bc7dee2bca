#include "services/command/domain/escalation.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/clock.h"

namespace wangge::command {
namespace {

using city::City;
using city::Officer;
using city::Unit;

constexpr char kGridLeader[] = "grid_leader";
constexpr int kMaxSilentNames = 20;

v1::EscalationStage StageOf(int stage) {
  return static_cast<v1::EscalationStage>(
      std::min<int>(stage, v1::ESCALATION_STAGE_NEXT_LEVEL));
}

bool Leads(const Officer& officer) {
  return std::find(officer.posts().begin(), officer.posts().end(),
                   kGridLeader) != officer.posts().end();
}

const Officer* OtherOnDuty(const std::string& unit_id, const Officer& officer,
                           const City& city, absl::Time now) {
  const Officer* on_duty = city.OfficerOnDuty(unit_id, now).officer;
  return on_duty == &officer ? nullptr : on_duty;
}

// The nearest other leader, from the officer's own grid up.
const Officer* GridLeaderOf(const Officer& officer, const City& city) {
  const auto* grid = city.FindGrid(officer.grid_id());
  if (grid == nullptr) return nullptr;
  const city::Chain chain = city.ChainOf(*grid);
  for (auto above = chain.rbegin(); above != chain.rend(); ++above) {
    for (const Officer* other : city.OfficersAt((*above)->grid_id())) {
      if (other != &officer && Leads(*other)) return other;
    }
  }
  return nullptr;
}

// Whoever is on duty in the `levels`-th operation centre above the officer.
const Officer* CentreAbove(const Officer& officer, int levels, const City& city,
                           absl::Time now) {
  const Unit* unit = city.FindUnit(officer.unit_id());
  while (unit != nullptr) {
    unit = city.FindUnit(unit->parent_unit_id());
    if (unit == nullptr ||
        unit->kind() != registry::v1::UNIT_KIND_OPERATION_CENTRE) {
      continue;
    }
    if (--levels == 0) return OtherOnDuty(unit->unit_id(), officer, city, now);
  }
  return nullptr;
}

const Officer* TargetOf(const Officer& officer, int stage, const City& city,
                        absl::Time now) {
  switch (StageOf(stage)) {
    case v1::ESCALATION_STAGE_SUBSTITUTE:
      return OtherOnDuty(officer.unit_id(), officer, city, now);
    case v1::ESCALATION_STAGE_GRID_LEADER:
      return GridLeaderOf(officer, city);
    default:
      return CentreAbove(officer, stage - v1::ESCALATION_STAGE_GRID_LEADER,
                         city, now);
  }
}

v1::Delivery DeliveryAbout(const v1::Delivery& original, int stage,
                           const std::vector<const Officer*>& silent,
                           absl::Time now) {
  v1::Delivery delivery = original;
  delivery.set_title(
      absl::StrCat("【", silent.size(), "人未签收】", original.title()));
  delivery.set_escalation(StageOf(stage));
  *delivery.mutable_create_time() = ToProto(now);
  delivery.set_silent_count(static_cast<int>(silent.size()));
  for (const Officer* officer : silent) {
    if (delivery.silent_names_size() == kMaxSilentNames) break;
    delivery.add_silent_names(officer->name());
  }
  return delivery;
}

}  // namespace

std::vector<Escalation> Escalate(const v1::Delivery& original, int stage,
                                 const std::vector<std::string>& silent_ids,
                                 const City& city, absl::Time now) {
  if (silent_ids.empty()) return {};
  if (StageOf(stage) == v1::ESCALATION_STAGE_SECOND_CHANNEL) {
    Escalation second{v1::CHANNEL_SECOND, silent_ids, {}, original};
    second.delivery.set_escalation(StageOf(stage));
    return {std::move(second)};
  }
  std::map<std::string, std::vector<const Officer*>> silent_of;
  for (const std::string& id : silent_ids) {
    const Officer* officer = city.FindOfficer(id);
    if (officer == nullptr) continue;
    if (const Officer* target = TargetOf(*officer, stage, city, now)) {
      silent_of[target->officer_id()].push_back(officer);
    }
  }
  std::vector<Escalation> escalations;
  for (const auto& [target_id, silent] : silent_of) {
    Escalation& escalation = escalations.emplace_back();
    escalation.recipient_ids = {target_id};
    for (const Officer* officer : silent) {
      escalation.silent_ids.push_back(officer->officer_id());
    }
    escalation.delivery = DeliveryAbout(original, stage, silent, now);
  }
  return escalations;
}

}  // namespace wangge::command
