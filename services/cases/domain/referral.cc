#include "services/cases/domain/referral.h"

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/domain/guards.h"
#include "services/cases/domain/step.h"

namespace wangge::cases {
namespace {

constexpr absl::Duration kReviewLimit = absl::Minutes(10);
constexpr int kReminders = 2;
// What steps are called.
constexpr char kSubmitted[] = "submitted";
constexpr char kStationApproved[] = "station approved";
constexpr char kBranchApproved[] = "branch approved";
constexpr char kRejected[] = "rejected";
constexpr char kBounced[] = "bounced";
constexpr char kBounceAcknowledged[] = "bounce acknowledged";
constexpr char kReclaimed[] = "reclaimed";
constexpr char kReminded[] = "reminded";
constexpr char kCommanderCalled[] = "commander called";

void Record(const std::string& what, const std::string& actor, absl::Time now,
            const std::string& reason, Referral* r) {
  auto& step = *r->add_steps();
  step.set_what(what);
  step.set_actor(actor);
  *step.mutable_step_time() = ToProto(now);
  step.set_reason(reason);
  r->set_version(r->steps_size());
}

void MoveTo(v1::ReferralState state, Referral* r) {
  r->set_state(state);
  r->clear_review_due_time();
  r->set_reminder_count(0);
}

void StartReview(v1::ReferralState state, absl::Time now, Referral* r) {
  MoveTo(state, r);
  *r->mutable_review_due_time() = ToProto(now + kReviewLimit);
}

std::string NameOf(v1::ReferralState state) {
  return v1::ReferralState_Name(state).substr(sizeof("REFERRAL_STATE_") - 1);
}

absl::Status RequireState(const Referral& r, v1::ReferralState state,
                          const std::string& command) {
  if (r.state() == state) return absl::OkStatus();
  return errors::WrongState(r.referral_id(), NameOf(r.state()), command,
                            "it is possible in " + NameOf(state));
}

// A reviewer of the unit.
absl::Status RequireReviewer(const Referral& r, const std::string& unit_id,
                             const Context& context) {
  if (HasPost(context.actor, "reviewer") &&
      context.actor.officer->unit_id() == unit_id) {
    return absl::OkStatus();
  }
  return errors::NotYours("referral", r.referral_id(), context.actor.text);
}

absl::Status RequireSource(const Referral& r, const Context& context) {
  if (context.actor.source_id == r.report().key().source_id()) {
    return absl::OkStatus();
  }
  return errors::NotYours("referral", r.referral_id(), context.actor.text);
}

absl::Status RequireReason(const std::string& reason) {
  errors::Violations v;
  v.Require(!reason.empty(), "reason", "is empty; say why");
  return v.ToStatus();
}

absl::Status NotReferred(const std::string& why) {
  return absl::FailedPreconditionError(why);
}

}  // namespace

absl::StatusOr<Referral> OpenReferral(const v1::Admission& admission,
                                      const std::string& referral_id,
                                      const Context& context) {
  const auto& plan = admission.plan();
  const city::Category* category =
      context.city.FindCategory(plan.category_code());
  if (category != nullptr && !category->divertible()) {
    return NotReferred(category->name() + " stays with the police");
  }
  std::vector<const city::Grid*> scopes =
      ChainOf(context.city, plan.place().grid_ids());
  for (const auto* overlay :
       ChainOf(context.city, plan.place().overlay_grid_ids())) {
    scopes.push_back(overlay);
  }
  const auto stations = context.city.UnitsFor(
      "police_station", common::v1::UNIT_LEVEL_UNSPECIFIED, scopes);
  if (stations.empty()) {
    return NotReferred(
        "no police station has the place in its jurisdiction; give a point or "
        "an address that is known");
  }
  Referral r;
  r.set_referral_id(referral_id);
  *r.mutable_report() = admission.report();
  r.set_category_code(plan.category_code());
  r.set_district_code(plan.district_code());
  r.set_station_unit_id(stations[0]->unit_id());
  r.set_branch_unit_id(stations[0]->parent_unit_id());
  StartReview(v1::REFERRAL_STATE_STATION_REVIEW, context.now, &r);
  Record(kSubmitted, context.actor.text, context.now, "", &r);
  return r;
}

absl::Status ApproveStation(const std::string& reason, const Context& context,
                            Referral* r) {
  RETURN_IF_ERROR(
      RequireState(*r, v1::REFERRAL_STATE_STATION_REVIEW, "ApproveStation"));
  RETURN_IF_ERROR(RequireReviewer(*r, r->station_unit_id(), context));
  r->set_station_reviewer_id(context.actor.officer->officer_id());
  StartReview(v1::REFERRAL_STATE_BRANCH_REVIEW, context.now, r);
  Record(kStationApproved, context.actor.text, context.now, reason, r);
  return absl::OkStatus();
}

absl::Status ApproveBranch(const std::string& reason,
                           const std::string& case_no, const Context& context,
                           Referral* r) {
  RETURN_IF_ERROR(
      RequireState(*r, v1::REFERRAL_STATE_BRANCH_REVIEW, "ApproveBranch"));
  RETURN_IF_ERROR(RequireReviewer(*r, r->branch_unit_id(), context));
  if (context.actor.officer->officer_id() == r->station_reviewer_id()) {
    return errors::NotYours("referral", r->referral_id(), context.actor.text);
  }
  MoveTo(v1::REFERRAL_STATE_PUSHED, r);
  r->set_case_no(case_no);
  Record(kBranchApproved, context.actor.text, context.now, reason, r);
  return absl::OkStatus();
}

absl::Status RejectReferral(const std::string& reason, const Context& context,
                            Referral* r) {
  const bool at_station = r->state() == v1::REFERRAL_STATE_STATION_REVIEW;
  if (!at_station) {
    RETURN_IF_ERROR(
        RequireState(*r, v1::REFERRAL_STATE_BRANCH_REVIEW, "RejectReferral"));
  }
  RETURN_IF_ERROR(RequireReviewer(
      *r, at_station ? r->station_unit_id() : r->branch_unit_id(), context));
  RETURN_IF_ERROR(RequireReason(reason));
  MoveTo(v1::REFERRAL_STATE_RETURNED_TO_POLICE, r);
  Record(kRejected, context.actor.text, context.now, reason, r);
  return absl::OkStatus();
}

absl::Status Bounce(const std::string& reason, const Case& c,
                    const Context& context, Referral* r) {
  RETURN_IF_ERROR(
      RequireState(*r, v1::REFERRAL_STATE_PUSHED, "BounceReferral"));
  RETURN_IF_ERROR(RequireDispatcher(c, context));
  RETURN_IF_ERROR(RequireReason(reason));
  RETURN_IF_ERROR(CheckState(c, "Transfer"));
  if (r->bounce_pending()) {
    return errors::WrongState(r->referral_id(), NameOf(r->state()),
                              "BounceReferral",
                              "a bounce waits for 110 already");
  }
  r->set_bounce_pending(true);
  Record(kBounced, context.actor.text, context.now, reason, r);
  return absl::OkStatus();
}

absl::Status AcknowledgeBounce(const Context& context, Referral* r) {
  RETURN_IF_ERROR(
      RequireState(*r, v1::REFERRAL_STATE_PUSHED, "AcknowledgeBounce"));
  RETURN_IF_ERROR(RequireSource(*r, context));
  if (!r->bounce_pending()) {
    return errors::WrongState(r->referral_id(), NameOf(r->state()),
                              "AcknowledgeBounce", "nothing was bounced");
  }
  MoveTo(v1::REFERRAL_STATE_RETURNED_TO_POLICE, r);
  r->set_bounce_pending(false);
  Record(kBounceAcknowledged, context.actor.text, context.now, "", r);
  return absl::OkStatus();
}

absl::Status Reclaim(const std::string& reason, const Context& context,
                     Referral* r) {
  RETURN_IF_ERROR(RequireSource(*r, context));
  if (r->state() > v1::REFERRAL_STATE_PUSHED) {
    return RequireState(*r, v1::REFERRAL_STATE_PUSHED, "ReclaimReferral");
  }
  RETURN_IF_ERROR(RequireReason(reason));
  MoveTo(v1::REFERRAL_STATE_RECLAIMED, r);
  r->set_bounce_pending(false);
  Record(kReclaimed, context.actor.text, context.now, reason, r);
  return absl::OkStatus();
}

bool RemindOfReview(absl::Time now, Referral* r) {
  if (!r->has_review_due_time() || FromProto(r->review_due_time()) > now) {
    return false;
  }
  if (r->reminder_count() < kReminders) {
    r->set_reminder_count(r->reminder_count() + 1);
    *r->mutable_review_due_time() = ToProto(now + kReviewLimit);
    Record(kReminded, "timer", now, "", r);
  } else {
    r->clear_review_due_time();
    Record(kCommanderCalled, "timer", now, "", r);
  }
  return true;
}

absl::StatusOr<Events> DecideHandBack(const Case& c, const std::string& receipt,
                                      const Context& context) {
  if (!IsOpen(c.state())) return Events();  // It has ended already.
  Step step(c, context);
  step.LapseApproval(v1::LAPSE_CAUSE_RECLAIMED);
  step.Emit([&](CaseEvent& event) {
    event.mutable_transferred()->set_outside_body(context.actor.source_id);
    event.mutable_transferred()->set_receipt(receipt);
  });
  return step.Take();
}

std::optional<v1::Feedback> FeedbackOf(const Referral& r) {
  const v1::ReferralStep& last = *r.steps().rbegin();
  v1::Feedback item;
  if (last.what() == kSubmitted) {
    item.set_kind(v1::FEEDBACK_KIND_REFERRED);
  } else if (last.what() == kStationApproved) {
    item.set_kind(v1::FEEDBACK_KIND_STATION_APPROVED);
  } else if (last.what() == kRejected) {
    item.set_kind(v1::FEEDBACK_KIND_REJECTED);
  } else if (last.what() == kBounced) {
    item.set_kind(v1::FEEDBACK_KIND_BOUNCED);
  } else if (last.what() == kReclaimed) {
    item.set_kind(v1::FEEDBACK_KIND_RECLAIMED);
  } else {
    return std::nullopt;  // The case's own feedback tells the rest.
  }
  item.set_source_ref(r.report().key().source_ref());
  item.set_referral_id(r.referral_id());
  item.set_case_no(r.case_no());
  *item.mutable_event_time() = last.step_time();
  item.set_text(last.reason());
  return item;
}

}  // namespace wangge::cases
