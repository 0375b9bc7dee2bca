#include "services/cases/domain/feedback.h"

#include "base/clock.h"

namespace wangge::cases {
namespace {

v1::FeedbackKind KindOf(const CaseEvent& event) {
  switch (event.body_case()) {
    case CaseEvent::kAdmitted:
      return v1::FEEDBACK_KIND_RECEIPT;
    case CaseEvent::kFiled:
      return v1::FEEDBACK_KIND_FILED;
    case CaseEvent::kDispatched:
      return event.dispatched().redispatch() ? v1::FEEDBACK_KIND_REDISPATCHED
                                             : v1::FEEDBACK_KIND_DISPATCHED;
    case CaseEvent::kAccepted:
      return v1::FEEDBACK_KIND_ACCEPTED;
    case CaseEvent::kHandled:
      return v1::FEEDBACK_KIND_HANDLED;
    case CaseEvent::kCheckFailed:
      return v1::FEEDBACK_KIND_REWORK;
    case CaseEvent::kClosed:
      return v1::FEEDBACK_KIND_CLOSED;
    case CaseEvent::kRejected:
      return v1::FEEDBACK_KIND_REJECTED;
    case CaseEvent::kCancelled:
      return v1::FEEDBACK_KIND_CANCELLED;
    case CaseEvent::kExtended:
      return v1::FEEDBACK_KIND_EXTENDED;
    case CaseEvent::kSuspended:
      return v1::FEEDBACK_KIND_SUSPENDED;
    case CaseEvent::kResumed:
      return v1::FEEDBACK_KIND_RESUMED;
    case CaseEvent::kReopened:
      return v1::FEEDBACK_KIND_REOPENED;
    case CaseEvent::kTransferred:
      return v1::FEEDBACK_KIND_TRANSFERRED;
    case CaseEvent::kMerged:
      return v1::FEEDBACK_KIND_MERGED;
    case CaseEvent::kUnmerged:
      return v1::FEEDBACK_KIND_UNMERGED;
    case CaseEvent::kUrged:
      return event.urged().kind() == "person" ? v1::FEEDBACK_KIND_URGE_ACK
                                              : v1::FEEDBACK_KIND_UNSPECIFIED;
    default:
      return v1::FEEDBACK_KIND_UNSPECIFIED;
  }
}

std::string TextOf(const CaseEvent& event) {
  switch (event.body_case()) {
    case CaseEvent::kHandled:
      return event.handled().public_reply();
    case CaseEvent::kRejected:
      return event.rejected().reason() + " " +
             event.rejected().proper_channel();
    case CaseEvent::kCancelled:
      return event.cancelled().reason();
    case CaseEvent::kSuspended:
      return event.suspended().text();
    case CaseEvent::kExtended:
      return FormatCity(FromProto(event.extended().due_time()));
    case CaseEvent::kReopened:
      return event.reopened().reason();
    case CaseEvent::kTransferred:
      return event.transferred().outside_body() + " " +
             event.transferred().receipt();
    case CaseEvent::kMerged:
      return event.merged().master_case_no();
    default:
      return "";
  }
}

}  // namespace

std::optional<v1::Feedback> FeedbackOf(const CaseEvent& event,
                                       const v1::ReportKey& report,
                                       const Case& after) {
  const v1::FeedbackKind kind = KindOf(event);
  if (kind == v1::FEEDBACK_KIND_UNSPECIFIED) return std::nullopt;
  v1::Feedback item;
  item.set_source_ref(report.source_ref());
  item.set_case_no(after.case_no());
  item.set_kind(kind);
  *item.mutable_event_time() = event.event_time();
  if (const Assignment* lead = LeadOf(after)) {
    item.set_unit_name(lead->unit_name());
    item.set_officer_name(lead->officer_name());
  }
  item.set_outcome(after.outcome());
  item.set_text(TextOf(event));
  return item;
}

}  // namespace wangge::cases
