#include "services/cases/domain/step.h"

#include <algorithm>

#include "base/clock.h"
#include "base/status_macros.h"
#include "city/limit.h"
#include "services/cases/domain/guards.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kVerifyLimit = absl::Hours(2);
constexpr absl::Duration kReturnDecisionLimit = absl::Hours(2);

}  // namespace

void Step::RequestVerification(const routing::v1::Responsible& by,
                               const std::string& question,
                               const std::string& operator_reason) {
  Emit([&](CaseEvent& event) {
    auto& verification =
        *event.mutable_verification_requested()->mutable_verification();
    verification.set_unit_id(by.unit_id());
    verification.set_officer_id(by.officer_id());
    verification.set_officer_name(by.officer_name());
    verification.set_question(question);
    verification.set_operator_reason(operator_reason);
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
    SetLimit(context_.city, urgency, context_.now, limit, &filed);
  });
}

Assignment Step::Offer(const routing::v1::Responsible& to,
                       v1::AssignmentRole role, int offset) const {
  Assignment assignment;
  assignment.set_assignment_number(case_.assignments_size() + 1 + offset);
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
    *dispatched.add_assignments() = Offer(lead, v1::ASSIGNMENT_ROLE_LEAD, 0);
    for (const auto& co_handler : co_handlers) {
      *dispatched.add_assignments() =
          Offer(co_handler, v1::ASSIGNMENT_ROLE_CO_HANDLER,
                dispatched.assignments_size());
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
                        const std::string& cause,
                        v1::ConsultationCause rule_cause) {
  std::sort(party_unit_ids.begin(), party_unit_ids.end());
  party_unit_ids.erase(
      std::unique(party_unit_ids.begin(), party_unit_ids.end()),
      party_unit_ids.end());
  LapseApproval(v1::LAPSE_CAUSE_CONSULTATION);
  Emit([&](CaseEvent& event) {
    auto& proposed = *event.mutable_joint_proposed();
    proposed.set_coordinator_unit_id(
        context_.city.LowestCommonCentre(party_unit_ids).unit_id());
    proposed.set_cause(cause);
    proposed.set_rule_cause(rule_cause);
    *proposed.mutable_due_time() =
        ToProto(ConsultationDue(context_.city, case_.urgency(), context_.now));
    for (auto& unit_id : party_unit_ids) {
      proposed.add_party_unit_ids(std::move(unit_id));
    }
  });
}

void Step::FollowPlan(const RoutePlan& plan) {
  const city::Category* category =
      context_.city.FindCategory(plan.category_code());
  if (plan.disposition() == routing::v1::DISPOSITION_NEEDS_OPERATOR ||
      category == nullptr) {
    return;
  }
  SetActor("rule");
  File(*category, plan.urgency(),
       context_.city.FindUnit(plan.lead().unit_id()));
  if (plan.disposition() == routing::v1::DISPOSITION_CONSULT) {
    std::vector<std::string> parties = {plan.lead().unit_id(),
                                        case_.accountable_unit_id()};
    for (const auto& co_handler : plan.co_handlers()) {
      parties.push_back(co_handler.unit_id());
    }
    ProposeJoint(std::move(parties), "", v1::CONSULTATION_CAUSE_NO_OWNER);
    return;
  }
  Dispatch(plan.lead(), {plan.co_handlers().begin(), plan.co_handlers().end()},
           &plan);
}

void Step::DispatchBy(const RoutePlan& plan) {
  if (plan.disposition() != routing::v1::DISPOSITION_AUTO) return;
  SetActor("rule");
  Dispatch(plan.lead(), {plan.co_handlers().begin(), plan.co_handlers().end()},
           &plan);
}

void Step::Cancel(const std::string& reason, bool withdrawn) {
  LapseApproval(v1::LAPSE_CAUSE_CANCELLED);
  Emit([&](CaseEvent& event) {
    event.mutable_cancelled()->set_reason(reason);
    event.mutable_cancelled()->set_withdrawn(withdrawn);
  });
}

void Step::Ask(v1::Approval approval) {
  const bool is_return = approval.kind() == v1::APPROVAL_KIND_RETURN;
  approval.set_approval_number(case_.approvals_size() + 1);
  approval.set_state(v1::APPROVAL_STATE_PENDING);
  approval.set_unit_id(context_.actor.officer->unit_id());
  approval.set_officer_id(context_.actor.officer->officer_id());
  *approval.mutable_decide_due_time() =
      ToProto(is_return ? context_.now + kReturnDecisionLimit
                        : context_.city.calendar().AddWorkingMinutes(
                              context_.now, kWorkingDayMinutes));
  Emit([&](CaseEvent& event) {
    *event.mutable_approval_requested()->mutable_approval() =
        std::move(approval);
  });
}

void Step::LapseApproval(v1::LapseCause cause) {
  const v1::Approval* pending = PendingApproval(case_);
  if (pending == nullptr) return;
  const int number = pending->approval_number();
  Emit([&](CaseEvent& event) {
    event.mutable_approval_lapsed()->set_approval_number(number);
    event.mutable_approval_lapsed()->set_cause(cause);
  });
}

void Step::Supervise(const std::string& unit_id, v1::Supervised supervised) {
  supervised.set_unit_id(unit_id);
  *supervised.mutable_reply_due_time() =
      ToProto(context_.city.calendar().AddWorkingMinutes(context_.now,
                                                         kWorkingDayMinutes));
  Emit([&](CaseEvent& event) {
    *event.mutable_supervised() = std::move(supervised);
  });
}

void Step::Resume() {
  const absl::Time stopped = FromProto(case_.suspension().start_time());
  // What had passed when the limit stopped stays where it was.
  const auto moved = [&](const google::protobuf::Timestamp& time) {
    const absl::Time at = FromProto(time);
    if (at <= stopped) return time;
    const int64_t left =
        MinutesBetween(context_.city, case_.urgency(), stopped, at);
    return ToProto(
        LimitEnd(context_.city, case_.urgency(), context_.now, left));
  };
  Emit([&](CaseEvent& event) {
    auto& resumed = *event.mutable_resumed();
    *resumed.mutable_due_time() = moved(case_.due_time());
    *resumed.mutable_warn_time() = moved(case_.warn_time());
  });
}

std::vector<const city::Grid*> ChainOf(
    const city::City& city,
    const google::protobuf::RepeatedPtrField<std::string>& grid_ids) {
  std::vector<const city::Grid*> chain;
  for (const auto& id : grid_ids) {
    if (const auto* grid = city.FindGrid(id)) chain.push_back(grid);
  }
  return chain;
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

absl::StatusOr<std::vector<routing::v1::Responsible>> ChooseUnits(
    const std::string& field,
    const google::protobuf::RepeatedPtrField<std::string>& unit_ids,
    const Context& context) {
  std::vector<routing::v1::Responsible> chosen;
  for (const auto& unit_id : unit_ids) {
    ASSIGN_OR_RETURN(const city::Unit* unit, FindUnit(context, field, unit_id));
    chosen.push_back(ChosenByPerson(context.city, *unit, context.now));
  }
  return chosen;
}

}  // namespace wangge::cases
