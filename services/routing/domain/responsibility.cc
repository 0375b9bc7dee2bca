#include "city/responsibility.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "city/limit.h"
#include "services/routing/domain/route.h"

namespace wangge::routing {
namespace {

v1::Responsible Describe(const city::City& city,
                         const city::ResponsibleUnit& found, absl::Time time,
                         RoutePlan* plan) {
  v1::Responsible responsible;
  responsible.set_unit_id(found.unit->unit_id());
  responsible.set_unit_name(found.unit->name());
  responsible.set_rule_id(found.rule_id);
  responsible.set_reason(found.reason);
  const city::Duty duty = city.OfficerOnDuty(found.unit->unit_id(), time);
  if (duty.officer != nullptr) {
    responsible.set_officer_id(duty.officer->officer_id());
    responsible.set_officer_name(duty.officer->name());
    responsible.set_substitute(duty.substitute);
  }
  AddTrace("duty", found.unit->name(),
           duty.officer == nullptr
               ? "nobody is on duty: the unit's desk"
               : absl::StrCat(duty.officer->name(),
                              duty.substitute ? " stands in" : " is on duty"),
           plan);
  return responsible;
}

}  // namespace

Ownership AssignResponsibility(const city::City& city,
                               const city::Category& category,
                               const std::vector<const city::Grid*>& scopes,
                               const Matter& matter, RoutePlan* plan) {
  const geo::Point point{plan->place().point().latitude_deg(),
                         plan->place().point().longitude_deg()};
  const std::vector<const std::string*> excluded(
      matter.excluded_unit_ids().pointer_begin(),
      matter.excluded_unit_ids().pointer_end());
  const city::Responsibility found = city::FindResponsible(
      city,
      {category, scopes, plan->place().has_point() ? &point : nullptr,
       excluded},
      [&](std::string subject, std::string finding) {
        AddTrace("responsibility", std::move(subject), std::move(finding),
                 plan);
      });
  const absl::Time time = FromProto(matter.time());
  *plan->mutable_lead() = Describe(city, found.lead, time, plan);
  plan->set_handle_limit_minutes(
      city::HandleLimitMinutes(category, found.lead.unit->level()));
  std::vector<std::string> unit_ids = {found.lead.unit->unit_id()};
  for (const auto& co_handler : found.co_handlers) {
    *plan->add_co_handlers() = Describe(city, co_handler, time, plan);
    unit_ids.push_back(co_handler.unit->unit_id());
  }
  const city::CrossFlags flags = city.CrossFlagsOf(unit_ids);
  plan->set_cross_region(flags.region);
  plan->set_cross_level(flags.level);
  plan->set_cross_department(flags.department);
  return found.asset_without_owner ? Ownership::kNoOwner : Ownership::kFound;
}

}  // namespace wangge::routing
