#include "services/cases/domain/step.h"

#include <algorithm>

#include "city/limit.h"

namespace wangge::cases {
namespace {

constexpr int64_t kWarnPercent = 80;
constexpr int64_t kConsultSafetyMinutes = 2 * 60;
constexpr int64_t kWorkingDayMinutes = 8 * 60;
constexpr absl::Duration kVerifyLimit = absl::Hours(2);

}  // namespace

void Step::RequestVerification(const routing::v1::Responsible& by,
                               const std::string& question) {
  Emit([&](CaseEvent& event) {
    auto& verification =
        *event.mutable_verification_requested()->mutable_verification();
    verification.set_unit_id(by.unit_id());
    verification.set_officer_id(by.officer_id());
    verification.set_officer_name(by.officer_name());
    verification.set_question(question);
    *verification.mutable_due_time() = ToProto(context_.now + kVerifyLimit);
  });
}

void Step::File(const city::Category& category, common::v1::Urgency urgency,
                const city::Unit* lead) {
  const int limit = city::HandleLimitMinutes(
      category,
      lead == nullptr ? common::v1::UNIT_LEVEL_UNSPECIFIED : lead->level());
  Emit([&](CaseEvent& event) {
    auto& filed = *event.mutable_filed();
    filed.set_category_code(category.category_code());
    filed.set_category_name(category.name());
    filed.set_urgency(urgency);
    filed.set_handle_limit_minutes(limit);
    *filed.mutable_due_time() =
        ToProto(LimitEnd(context_.city, urgency, context_.now, limit));
    *filed.mutable_warn_time() = ToProto(LimitEnd(
        context_.city, urgency, context_.now, limit * kWarnPercent / 100));
  });
}

Assignment Step::Offer(const routing::v1::Responsible& to,
                       v1::AssignmentRole role, int number) const {
  Assignment assignment;
  assignment.set_assignment_number(number);
  assignment.set_role(role);
  assignment.set_state(v1::ASSIGNMENT_STATE_OFFERED);
  assignment.set_unit_id(to.unit_id());
  assignment.set_unit_name(to.unit_name());
  assignment.set_officer_id(to.officer_id());
  assignment.set_officer_name(to.officer_name());
  assignment.set_rule_id(to.rule_id());
  *assignment.mutable_offer_time() = ToProto(context_.now);
  *assignment.mutable_accept_due_time() =
      ToProto(AcceptDue(context_.city, case_.urgency(), context_.now));
  *assignment.mutable_due_time() = case_.due_time();
  return assignment;
}

void Step::Dispatch(const routing::v1::Responsible& lead,
                    const std::vector<routing::v1::Responsible>& co_handlers,
                    const RoutePlan* plan) {
  std::vector<std::string> unit_ids = {lead.unit_id()};
  for (const auto& co_handler : co_handlers) {
    unit_ids.push_back(co_handler.unit_id());
  }
  const city::CrossFlags flags = context_.city.CrossFlagsOf(unit_ids);
  Emit([&](CaseEvent& event) {
    auto& dispatched = *event.mutable_dispatched();
    int number = case_.assignments_size();
    *dispatched.add_assignments() =
        Offer(lead, v1::ASSIGNMENT_ROLE_LEAD, ++number);
    for (const auto& co_handler : co_handlers) {
      *dispatched.add_assignments() =
          Offer(co_handler, v1::ASSIGNMENT_ROLE_CO_HANDLER, ++number);
    }
    dispatched.set_cross_region(flags.region);
    dispatched.set_cross_level(flags.level);
    dispatched.set_cross_department(flags.department);
    dispatched.set_redispatch(case_.has_dispatch_time());
    *dispatched.mutable_receive_time() = case_.receive_time();
    // The first plan stands in an earlier event already.
    if (plan != nullptr && dispatched.redispatch()) {
      *dispatched.mutable_plan() = *plan;
    }
  });
}

void Step::ProposeJoint(std::vector<std::string> party_unit_ids,
                        const std::string& cause) {
  std::sort(party_unit_ids.begin(), party_unit_ids.end());
  party_unit_ids.erase(
      std::unique(party_unit_ids.begin(), party_unit_ids.end()),
      party_unit_ids.end());
  const bool safety = case_.urgency() == common::v1::URGENCY_SAFETY;
  Emit([&](CaseEvent& event) {
    auto& proposed = *event.mutable_joint_proposed();
    proposed.set_coordinator_unit_id(
        context_.city.LowestCommonCentre(party_unit_ids).unit_id());
    proposed.set_cause(cause);
    *proposed.mutable_due_time() =
        ToProto(LimitEnd(context_.city, case_.urgency(), context_.now,
                         safety ? kConsultSafetyMinutes : kWorkingDayMinutes));
    for (auto& unit_id : party_unit_ids) {
      proposed.add_party_unit_ids(std::move(unit_id));
    }
  });
}

routing::v1::Responsible ChosenByPerson(const city::City& city,
                                        const city::Unit& unit,
                                        absl::Time now) {
  routing::v1::Responsible responsible;
  responsible.set_unit_id(unit.unit_id());
  responsible.set_unit_name(unit.name());
  responsible.set_rule_id("dispatcher");
  const city::Duty duty = city.OfficerOnDuty(unit.unit_id(), now);
  if (duty.officer != nullptr) {
    responsible.set_officer_id(duty.officer->officer_id());
    responsible.set_officer_name(duty.officer->name());
    responsible.set_substitute(duty.substitute);
  }
  return responsible;
}

}  // namespace wangge::cases
