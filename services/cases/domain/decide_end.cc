// What begins anew, ends elsewhere, or looks at what was: #5, #22, #24, J11.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/decide.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/limits.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kReopenWindow = absl::Hours(24 * 15);

bool IsReopenable(const Case& c, absl::Time now) {
  return c.state() == v1::CASE_STATE_CLOSED &&
         now < FromProto(c.close_time()) + kReopenWindow;
}

// The report that a request means: the first one when it names none.
absl::StatusOr<std::string> ReportOf(const Case& c, const std::string& id) {
  if (id.empty()) return c.reports(0).report_id();
  for (const auto& report : c.reports()) {
    if (report.report_id() == id) return id;
  }
  return errors::NotFound("report", id);
}

}  // namespace

absl::StatusOr<Events> Decide(const Case& c, const v1::ReopenCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Reopen"));
  if (!IsSourceOf(c, context.actor) && !RequireChecker(c, context).ok()) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  if (!IsReopenable(c, context.now)) {
    return Refuse(c, "Reopen",
                  "it was closed more than 15 days ago; report it anew");
  }
  const Assignment* lead = LeadOf(c);
  const city::Unit* unit =
      lead == nullptr ? nullptr : context.city.FindUnit(lead->unit_id());
  const int minutes = std::max(1, c.handle_limit_minutes() / 2);
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& reopened = *event.mutable_reopened();
    reopened.set_round(c.round() + 1);
    reopened.set_reason(r.reason());
    reopened.set_handle_limit_minutes(minutes);
    reopened.set_accountable_unit_id(CentreAt(context.city, c).unit_id());
    SetLimit(context.city, c.urgency(), context.now, minutes, &reopened);
  });
  if (unit != nullptr) {
    step.SetActor("rule");
    step.Dispatch(ChosenByPerson(context.city, *unit, context.now), {},
                  nullptr);
  }
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::TransferCaseRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Transfer"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  Step step(c, context);
  step.LapseApproval(v1::LAPSE_CAUSE_TRANSFERRED);
  step.Emit([&](CaseEvent& event) {
    event.mutable_transferred()->set_outside_body(r.outside_body());
    event.mutable_transferred()->set_receipt(r.receipt());
  });
  return step.Take();
}

absl::StatusOr<MergeEvents> Decide(const Case& c, const Case& master,
                                   const v1::MergeCaseRequest& r,
                                   const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Merge"));
  RETURN_IF_ERROR(RequireDispatcherAbove(
      c, {c.accountable_unit_id(), master.accountable_unit_id()}, context));
  if (master.case_no() == c.case_no()) {
    return FieldFault("master_case_no", "is the case itself");
  }
  if (!IsOpen(master.state()) && !IsReopenable(master, context.now)) {
    return Refuse(master, "Merge",
                  "nothing can be merged into it: it is neither open nor "
                  "closed less than 15 days ago");
  }
  return MergeInto(c, master, r.reason(), context);
}

MergeEvents MergeInto(const Case& c, const Case& master,
                      const std::string& reason, const Context& context) {
  Step ending(c, context);
  ending.LapseApproval(v1::LAPSE_CAUSE_MERGED);
  ending.Emit([&](CaseEvent& event) {
    auto& merged = *event.mutable_merged();
    merged.set_master_case_no(master.case_no());
    merged.set_reason(reason);
    merged.set_automatic(context.actor.officer == nullptr);
  });
  Step going_on(master, context);
  going_on.Emit([&](CaseEvent& event) {
    auto& joined = *event.mutable_reports_joined();
    joined.set_case_no(c.case_no());
    *joined.mutable_reports() = c.reports();
    joined.set_requires_follow_up(c.requires_follow_up());
  });
  return {ending.Take(), going_on.Take()};
}

absl::StatusOr<MergeEvents> Decide(const Case& c, const Case& master,
                                   const v1::UnmergeCaseRequest& r,
                                   const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Unmerge"));
  if (c.master_case_no() != master.case_no()) {
    return Refuse(c, "Unmerge",
                  "it was merged into " + c.master_case_no() + " meanwhile");
  }
  RETURN_IF_ERROR(RequireDispatcherAbove(
      c, {c.accountable_unit_id(), master.accountable_unit_id()}, context));
  Step back(c, context);
  back.Emit([&](CaseEvent& event) {
    auto& unmerged = *event.mutable_unmerged();
    unmerged.set_reason(r.reason());
    unmerged.set_master_case_no(master.case_no());
    *unmerged.mutable_file_due_time() = ToProto(context.now + kFileLimit);
  });
  if (context.plan != nullptr) back.FollowPlan(*context.plan);
  Step parted(master, context);
  parted.Emit([&](CaseEvent& event) {
    event.mutable_reports_parted()->set_case_no(c.case_no());
    event.mutable_reports_parted()->set_reason(r.reason());
    *event.mutable_reports_parted()->mutable_reports() = c.reports();
  });
  return MergeEvents{back.Take(), parted.Take()};
}

absl::StatusOr<Events> Decide(const Case& c, const v1::LinkToBatchRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "LinkToBatch"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  const std::string batch_id =
      r.batch_id().empty() ? r.request_id() : r.batch_id();
  if (Contains(c.batch_ids(), batch_id)) {
    return Refuse(c, "LinkToBatch", "it belongs to the batch already");
  }
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_linked_to_batch()->set_batch_id(batch_id);
    event.mutable_linked_to_batch()->set_root_cause(r.root_cause());
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RevealReporterRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "RevealReporter"));
  RETURN_IF_ERROR(RequireOfficer(c, context));
  if (!Contains(LiveUnits(c), context.actor.officer->unit_id())) {
    RETURN_IF_ERROR(RequireDispatcher(c, context));
  }
  ASSIGN_OR_RETURN(const std::string report_id, ReportOf(c, r.report_id()));
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& revealed = *event.mutable_reporter_revealed();
    revealed.set_report_id(report_id);
    revealed.set_officer_id(context.actor.officer->officer_id());
    revealed.set_purpose(r.purpose());
  });
  return step.Take();
}

absl::StatusOr<Events> DecideErase(const Case& c, const std::string& report_id,
                                   const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "EraseReporter"));
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    event.mutable_reporter_erased()->set_report_id(report_id);
  });
  return step.Take();
}

absl::StatusOr<Events> Decide(const Case& c, const v1::RedactReportRequest& r,
                              const Context& context) {
  RETURN_IF_ERROR(CheckState(c, "Redact"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  Step step(c, context);
  step.Emit([&](CaseEvent& event) {
    auto& redacted = *event.mutable_redacted();
    // The reports that joined it are redacted where they were admitted.
    redacted.set_report_id(c.reports(0).report_id());
    redacted.set_reason(r.reason());
    redacted.add_event_sequences(1);
  });
  return step.Take();
}

}  // namespace wangge::cases
