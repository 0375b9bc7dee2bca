// From the report to the first dispatch: #1 to #4, #6, #7.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/duplicate.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

// The officer on duty of the grid team at a place; no officer when there is
// none.
routing::v1::Responsible VerifierAt(
    const google::protobuf::RepeatedPtrField<std::string>& grid_ids,
    const Context& context) {
  const auto teams =
      context.city.UnitsFor("grid_team", common::v1::UNIT_LEVEL_UNSPECIFIED,
                            ChainOf(context.city, grid_ids));
  return teams.empty() ? routing::v1::Responsible()
                       : ChosenByPerson(context.city, *teams[0], context.now);
}

Case Numbered(const std::string& case_no) {
  Case c;
  c.set_case_no(case_no);
  return c;
}

// #1.
void Admit(const v1::Report& report, const RoutePlan& plan,
           const Context& context, Step* step) {
  const auto& centre = CentreAt(context.city, plan);
  step->Emit([&](CaseEvent& event) {
    auto& admitted = *event.mutable_admitted();
    *admitted.mutable_report() = report.key();
    admitted.set_title(report.title());
    admitted.set_text(report.text());
    admitted.set_address(report.address());
    *admitted.mutable_plan() = plan;
    admitted.set_accountable_unit_id(centre.unit_id());
    *admitted.mutable_receive_time() = report.receive_time();
    *admitted.mutable_file_due_time() = ToProto(context.now + kFileLimit);
    admitted.set_requires_follow_up(report.requires_follow_up());
    admitted.set_referral_id(report.referral_id());
    admitted.set_merge_spot(MergeSpotOf(plan, context.city));
  });
}

}  // namespace

Events DecideAdmit(const std::string& case_no, const v1::Report& report,
                   const RoutePlan& plan, const Context& context) {
  Step step(Numbered(case_no), context);
  Admit(report, plan, context, &step);
  const bool unsure =
      plan.disposition() == routing::v1::DISPOSITION_NEEDS_OPERATOR;
  const auto verifier = unsure && report.verify_when_unsure()
                            ? VerifierAt(plan.place().grid_ids(), context)
                            : routing::v1::Responsible();
  if (!verifier.officer_id().empty()) {
    step.SetActor("rule");
    step.RequestVerification(verifier, "", plan.operator_reason());
  } else {
    step.FollowPlan(plan);
  }
  return step.Take();
}

MergeEvents DecideAdmitInto(const std::string& case_no,
                            const v1::Report& report, const RoutePlan& plan,
                            const Case& master, const Context& context) {
  Step step(Numbered(case_no), context);
  Admit(report, plan, context, &step);
  const Context by_rule{
      context.city, {"rule", "", nullptr}, context.now, nullptr};
  MergeEvents events = MergeInto(step.now(), master, "", by_rule);
  Events admitted = step.Take();
  events.merged.insert(events.merged.begin(), admitted.begin(), admitted.end());
  return events;
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::RequestVerificationRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RequestVerification"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  const auto verifier = VerifierAt(c.grid_ids(), context);
  if (verifier.officer_id().empty()) {
    return Refuse(c, "RequestVerification",
                  "its place has no grid team with an officer");
  }
  Step step(c, context);
  step.RequestVerification(verifier, r.question(), "");
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c,
                              const v1::ReportVerificationRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "ReportVerification"));
  RETURN_IF_ERROR(RequireVerifier(c, context));
  const RoutePlan* plan = r.found() ? context.plan : nullptr;
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& verified = *event.mutable_verified();
    verified.set_found(r.found());
    verified.set_text(r.text());
    *verified.mutable_evidence() = r.evidence();
    verified.set_officer_id(context.actor.officer->officer_id());
    if (plan != nullptr) *verified.mutable_plan() = *plan;
    *verified.mutable_file_due_time() = ToProto(context.now + kFileLimit);
  });
  if (plan != nullptr) step.FollowPlan(*plan);
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RejectCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Reject"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  Step step(c, context);
  step.LapseApproval(v1::LAPSE_CAUSE_REJECTED);
  step.Emit([&](CaseEvent& event) {
    event.mutable_rejected()->set_reason(r.reason());
    event.mutable_rejected()->set_proper_channel(r.proper_channel());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::DispatchCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Dispatch"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  const std::string code =
      r.category_code().empty() ? c.category_code() : r.category_code();
  const city::Category* category = context.city.FindCategory(code);
  if (category == nullptr) {
    return FieldFault("category_code",
                      absl::StrCat("`", code,
                                   "` is no category; name one, as the "
                                   "case has none that is sure"));
  }
  ASSIGN_OR_RETURN(const city::Unit* lead,
                   FindUnit(context, "lead_unit_id", r.lead_unit_id()));
  RETURN_IF_ERROR(CheckAllowed(c, "Dispatch", *category, *lead));
  ASSIGN_OR_RETURN(
      const auto co_handlers,
      ChooseUnits("co_handler_unit_ids", r.co_handler_unit_ids(), context));
  Step step(c, context);
  if (c.state() == v1::CASE_STATE_RECEIVED) {
    const auto urgency = c.urgency() == common::v1::URGENCY_SAFETY
                             ? c.urgency()
                             : category->urgency();
    step.File(*category, urgency, lead);
  }
  step.Dispatch(ChosenByPerson(context.city, *lead, context.now), co_handlers,
                nullptr);
  return step.Take();
}

}  // namespace wangge::cases
