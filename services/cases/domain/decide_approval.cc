// What another person must grant: #9 to #13, #23, #25, J8.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "city/limit.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

constexpr int kMaxReturns = 2;
constexpr int kMaxExtensions = 2;
constexpr absl::Duration kLongSuspension = absl::Hours(24 * 30);

// One wish at a time: what it would change must hold still.
absl::Status RequireNonePending(const Case& c, const std::string& command) {
  if (PendingApproval(c) == nullptr) return absl::OkStatus();
  return Refuse(c, command,
                absl::StrCat("approval ", PendingApproval(c)->approval_number(),
                             " is being decided already"));
}

// What the lead's unit wishes for its case in progress.
absl::Status RequireLeadInProgress(const Case& c, const std::string& command,
                                   const Context& context) {
  RETURN_IF_ERROR(CheckState(c, command));
  RETURN_IF_ERROR(RequireUnitOf(c, LeadOf(c), context));
  return RequireNonePending(c, command);
}

v1::Approval WishOf(const v1::ReclassifyCaseRequest& r) {
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_RECLASSIFICATION);
  wish.set_reason(r.reason());
  wish.set_category_code(r.category_code());
  if (r.has_point()) *wish.mutable_point() = r.point();
  return wish;
}

v1::Approval WishOf(const v1::ChangeCoHandlersRequest& r) {
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_CO_HANDLERS);
  wish.set_reason(r.reason());
  *wish.mutable_add_unit_ids() = r.add_unit_ids();
  *wish.mutable_remove_unit_ids() = r.remove_unit_ids();
  return wish;
}

// The part of a unit as a co-handler; null when it has none.
const Assignment* CoHandlerOf(const Case& c, const std::string& unit_id) {
  const auto found = std::find_if(
      c.assignments().begin(), c.assignments().end(), [&](const Assignment& a) {
        return a.unit_id() == unit_id && IsLive(a) &&
               a.role() == v1::ASSIGNMENT_ROLE_CO_HANDLER;
      });
  return found == c.assignments().end() ? nullptr : &*found;
}

absl::Status CheckCoHandlers(const Case& c, const v1::Approval& wish,
                             const Context& context) {
  for (const auto& unit_id : wish.add_unit_ids()) {
    RETURN_IF_ERROR(FindUnit(context, "add_unit_ids", unit_id).status());
    if (LeadOf(c)->unit_id() == unit_id || CoHandlerOf(c, unit_id) != nullptr) {
      return FieldFault(
          "add_unit_ids",
          absl::StrCat("`", unit_id, "` works on the case already"));
    }
  }
  for (const auto& unit_id : wish.remove_unit_ids()) {
    if (CoHandlerOf(c, unit_id) == nullptr) {
      return FieldFault(
          "remove_unit_ids",
          absl::StrCat("`", unit_id, "` is no co-handler of the case"));
    }
  }
  return absl::OkStatus();
}

void Return(const v1::Approval& wish, const std::string& reason,
            const Context& context, Step* step) {
  const city::Unit* proposed = context.city.FindUnit(wish.proposed_unit_id());
  const std::string unit_id = LeadOf(step->now())->unit_id();
  step->Emit([&](CaseEvent& event) {
    auto& returned = *event.mutable_returned();
    returned.set_unit_id(unit_id);
    returned.set_accountable_unit_id(
        CentreAt(context.city, step->now()).unit_id());
    returned.set_reason(reason);
  });
  if (proposed != nullptr) {
    step->Dispatch(ChosenByPerson(context.city, *proposed, context.now), {},
                   nullptr);
  } else if (context.plan != nullptr) {
    step->DispatchBy(*context.plan);
  }
}

absl::Status Extend(const v1::Approval& wish, const Context& context,
                    Step* step) {
  const Case& c = step->now();
  RETURN_IF_ERROR(CheckState(c, "Extend"));
  const absl::Time due = FromProto(wish.due_time());
  if (due <= context.now) {
    return Refuse(c, "Extend", "the time that was asked for has passed");
  }
  const absl::Time filed = FromProto(c.file_time());
  const int64_t minutes = MinutesBetween(context.city, c.urgency(), filed, due);
  step->Emit([&](CaseEvent& event) {
    auto& extended = *event.mutable_extended();
    SetLimit(context.city, c.urgency(), filed, minutes, &extended);
    *extended.mutable_due_time() = wish.due_time();
  });
  return absl::OkStatus();
}

absl::Status Suspend(const v1::Approval& wish, Step* step) {
  RETURN_IF_ERROR(CheckState(step->now(), "Suspend"));
  step->Emit([&](CaseEvent& event) {
    auto& suspended = *event.mutable_suspended();
    suspended.set_reason(wish.suspension_reason());
    suspended.set_text(wish.reason());
    *suspended.mutable_review_time() = wish.review_time();
  });
  return absl::OkStatus();
}

// REQUIRES: context.plan is the plan of the case as it should be.
absl::Status Reclassify(const std::string& reason, const Context& context,
                        Step* step) {
  const Case& c = step->now();
  RETURN_IF_ERROR(CheckState(c, "Reclassify"));
  const RoutePlan& plan = *context.plan;
  const city::Category* category =
      context.city.FindCategory(plan.category_code());
  if (category == nullptr) {
    return Refuse(c, "Reclassify", "no category follows from it");
  }
  const Assignment* lead = LeadOf(c);
  const city::Unit* unit = context.city.FindUnit(plan.lead().unit_id());
  const bool withdraws = lead == nullptr || unit == nullptr ||
                         lead->unit_id() != plan.lead().unit_id();
  const int minutes = std::min(
      c.handle_limit_minutes(),
      city::HandleLimitMinutes(
          *category, unit == nullptr ? common::v1::UNIT_LEVEL_UNSPECIFIED
                                     : unit->level()));
  const std::string accountable = withdraws
                                      ? CentreAt(context.city, plan).unit_id()
                                      : c.accountable_unit_id();
  step->Emit([&](CaseEvent& event) {
    auto& reclassified = *event.mutable_reclassified();
    *reclassified.mutable_plan() = plan;
    reclassified.set_reason(reason);
    reclassified.set_handle_limit_minutes(minutes);
    SetLimit(context.city, plan.urgency(), FromProto(c.file_time()), minutes,
             &reclassified);
    // Only downwards.
    if (FromProto(c.due_time()) < FromProto(reclassified.due_time())) {
      *reclassified.mutable_due_time() = c.due_time();
      *reclassified.mutable_warn_time() = c.warn_time();
    }
    reclassified.set_withdraws(withdraws);
    reclassified.set_accountable_unit_id(accountable);
  });
  if (withdraws) step->DispatchBy(plan);
  return absl::OkStatus();
}

absl::Status ChangeCoHandlers(const v1::Approval& wish, const Context& context,
                              Step* step) {
  const Case c = step->now();
  RETURN_IF_ERROR(CheckState(c, "ChangeCoHandlers"));
  RETURN_IF_ERROR(CheckCoHandlers(c, wish, context));
  std::vector<std::string> units = LiveUnits(c);
  for (const auto& unit_id : wish.remove_unit_ids()) {
    units.erase(std::remove(units.begin(), units.end(), unit_id), units.end());
  }
  units.insert(units.end(), wish.add_unit_ids().begin(),
               wish.add_unit_ids().end());
  const city::CrossFlags flags = context.city.CrossFlagsOf(units);
  step->Emit([&](CaseEvent& event) {
    auto& changed = *event.mutable_co_handlers_changed();
    for (const auto& unit_id : wish.add_unit_ids()) {
      *changed.add_added() = step->Offer(
          ChosenByPerson(context.city, *context.city.FindUnit(unit_id),
                         context.now),
          v1::ASSIGNMENT_ROLE_CO_HANDLER, changed.added_size());
    }
    for (const auto& unit_id : wish.remove_unit_ids()) {
      changed.add_withdrawn_numbers(
          CoHandlerOf(c, unit_id)->assignment_number());
    }
    changed.set_cross_region(flags.region);
    changed.set_cross_level(flags.level);
    changed.set_cross_department(flags.department);
  });
  return absl::OkStatus();
}

// Who may grant it.
absl::Status RequireApprover(const Case& c, const v1::Approval& wish,
                             const Context& context) {
  switch (wish.kind()) {
    case v1::APPROVAL_KIND_RETURN: {
      std::vector<std::string> units = {wish.unit_id(),
                                        c.accountable_unit_id()};
      if (!wish.proposed_unit_id().empty()) {
        units.push_back(wish.proposed_unit_id());
      }
      return RequireDispatcherAbove(c, units, context);
    }
    case v1::APPROVAL_KIND_CO_HANDLERS: {
      std::vector<std::string> units = LiveUnits(c);
      units.insert(units.end(), wish.add_unit_ids().begin(),
                   wish.add_unit_ids().end());
      return RequireDispatcherAbove(c, units, context);
    }
    case v1::APPROVAL_KIND_EXTENSION:
      return c.extension_count() == 0 ? RequireDispatcher(c, context)
                                      : RequireLeader(c, context);
    case v1::APPROVAL_KIND_SUSPENSION:
      return FromProto(wish.review_time()) - context.now > kLongSuspension
                 ? RequireLeader(c, context)
                 : RequireDispatcher(c, context);
    default:
      return RequireDispatcher(c, context);
  }
}

// What a granted wish does.
absl::Status Grant(const v1::Approval& wish, const std::string& reason,
                   const Context& context, Step* step) {
  switch (wish.kind()) {
    case v1::APPROVAL_KIND_RETURN:
      Return(wish, reason, context, step);
      return absl::OkStatus();
    case v1::APPROVAL_KIND_EXTENSION:
      return Extend(wish, context, step);
    case v1::APPROVAL_KIND_SUSPENSION:
      return Suspend(wish, step);
    case v1::APPROVAL_KIND_RECLASSIFICATION:
      return Reclassify(wish.reason(), context, step);
    case v1::APPROVAL_KIND_CO_HANDLERS:
      return ChangeCoHandlers(wish, context, step);
    default:
      step->Cancel(wish.reason(), false);
      return absl::OkStatus();
  }
}

}  // namespace

absl::StatusOr<Events> Decide(const Case& c, const v1::RequestReturnRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RequestReturn"));
  const Assignment* lead = LeadOf(c);
  RETURN_IF_ERROR(RequireUnitOf(c, lead, context));
  RETURN_IF_ERROR(RequireNonePending(c, "RequestReturn"));
  if (Contains(c.bound_unit_ids(), lead->unit_id())) {
    return Refuse(c, "RequestReturn", "an adjudication named the unit");
  }
  if (c.return_count() >= kMaxReturns) {
    return Refuse(c, "RequestReturn", "it was asked for twice; no third time");
  }
  const absl::Time latest = context.city.calendar().AddWorkingMinutes(
      FromProto(lead->offer_time()), kWorkingDayMinutes);
  if (context.now > latest) {
    return Refuse(c, "RequestReturn",
                  "it must be asked for within one working day");
  }
  if (!r.proposed_unit_id().empty()) {
    ASSIGN_OR_RETURN(
        const city::Unit* proposed,
        FindUnit(context, "proposed_unit_id", r.proposed_unit_id()));
    RETURN_IF_ERROR(CheckAllowed(c, "RequestReturn", *proposed, context));
  }
  Step step(c, context);
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_RETURN);
  wish.set_reason(r.legal_basis());
  wish.set_proposed_unit_id(r.proposed_unit_id());
  step.Ask(std::move(wish));
  // The second time the units must come to one table.
  if (c.return_count() + 1 == kMaxReturns) {
    std::vector<std::string> parties(c.excluded_unit_ids().begin(),
                                     c.excluded_unit_ids().end());
    parties.push_back(lead->unit_id());
    if (!r.proposed_unit_id().empty()) parties.push_back(r.proposed_unit_id());
    step.SetActor("rule");
    step.ProposeJoint(std::move(parties), "",
                      v1::CONSULTATION_CAUSE_RETURNED_TWICE);
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::ExtendCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(RequireLeadInProgress(c, "Extend", context));
  if (context.now > FromProto(c.due_time())) {
    return Refuse(c, "Extend", "the limit has passed");
  }
  if (c.extension_count() >= kMaxExtensions) {
    return Refuse(c, "Extend", "it was extended twice already");
  }
  if (FromProto(r.due_time()) <= FromProto(c.due_time())) {
    return FieldFault("due_time", "is not after the end of the limit, " +
                                      FormatCity(FromProto(c.due_time())));
  }
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_EXTENSION);
  wish.set_reason(r.reason());
  *wish.mutable_due_time() = r.due_time();
  Step step(c, context);
  step.Ask(std::move(wish));
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::SuspendCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(RequireLeadInProgress(c, "Suspend", context));
  if (FromProto(r.review_time()) <= context.now) {
    return FieldFault("review_time", "has passed; name a time to come");
  }
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_SUSPENSION);
  wish.set_reason(r.text());
  wish.set_suspension_reason(r.reason());
  *wish.mutable_review_time() = r.review_time();
  Step step(c, context);
  step.Ask(std::move(wish));
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::CancelCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Cancel"));
  Step step(c, context);
  if (IsSourceOf(c, context.actor)) {
    if (c.urgency() == common::v1::URGENCY_SAFETY) {
      return Refuse(c, "Cancel", "safety matters cannot be withdrawn");
    }
    step.Cancel(r.reason(), true);
    return step.Take();
  }
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  RETURN_IF_ERROR(RequireNonePending(c, "Cancel"));
  v1::Approval wish;
  wish.set_kind(v1::APPROVAL_KIND_CANCEL);
  wish.set_reason(r.reason());
  step.Ask(std::move(wish));
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::ReclassifyCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Reclassify"));
  if (!r.category_code().empty() &&
      context.city.FindCategory(r.category_code()) == nullptr) {
    return FieldFault("category_code",
                      absl::StrCat("`", r.category_code(), "` is no category"));
  }
  Step step(c, context);
  if (RequireDispatcher(c, context).ok()) {
    step.LapseApproval(v1::LAPSE_CAUSE_RECLASSIFIED);
    RETURN_IF_ERROR(Reclassify(r.reason(), context, &step));
    return step.Take();
  }
  if (!HasPost(context.actor, "grid_worker") &&
      !HasPost(context.actor, "grid_leader")) {
    RETURN_IF_ERROR(RequireUnitOf(c, LeadOf(c), context));
  }
  RETURN_IF_ERROR(RequireNonePending(c, "Reclassify"));
  step.Ask(WishOf(r));
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ChangeCoHandlersRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ChangeCoHandlers"));
  const v1::Approval wish = WishOf(r);
  RETURN_IF_ERROR(CheckCoHandlers(c, wish, context));
  Step step(c, context);
  if (RequireApprover(c, wish, context).ok()) {
    RETURN_IF_ERROR(ChangeCoHandlers(wish, context, &step));
    return step.Take();
  }
  RETURN_IF_ERROR(RequireUnitOf(c, LeadOf(c), context));
  RETURN_IF_ERROR(RequireNonePending(c, "ChangeCoHandlers"));
  step.Ask(wish);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::DecideApprovalRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "DecideApproval"));
  const v1::Approval* pending = PendingApproval(c);
  if (pending == nullptr || pending->approval_number() != r.approval_number()) {
    return Refuse(
        c, "DecideApproval",
        absl::StrCat("approval ", r.approval_number(), " is not pending"));
  }
  const v1::Approval wish = *pending;
  RETURN_IF_ERROR(RequireApprover(c, wish, context));
  const std::string& officer_id = context.actor.officer->officer_id();
  if (officer_id == wish.officer_id()) {
    return Refuse(c, "DecideApproval", "the requester is not the approver");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& decided = *event.mutable_approval_decided();
    decided.set_approval_number(wish.approval_number());
    decided.set_approved(r.approved());
    decided.set_reason(r.reason());
    decided.set_officer_id(officer_id);
  });
  if (r.approved()) RETURN_IF_ERROR(Grant(wish, r.reason(), context, &step));
  return step.Take();
}

}  // namespace wangge::cases
