#include "services/cases/referral/referral_handlers.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/shared/validate.h"

namespace wangge::cases {
namespace {

absl::Status Validate(const v1::GetReferralRequest& r) {
  errors::Violations v;
  v.RequireText("referral_id", r.referral_id(), 1, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::ListReferralsRequest& r) {
  errors::Violations v;
  v.Require(v1::ReferralState_IsValid(r.state()), "state",
            absl::StrCat("is ", static_cast<int>(r.state()),
                         "; must be a value of ReferralState"));
  v.RequireText("unit_id", r.unit_id(), 0, 64);
  return v.ToStatus();
}

absl::Status Validate(const v1::DecideReferralRequest& r) {
  errors::Violations v;
  v.RequireText("referral_id", r.referral_id(), 1, 64);
  v.RequireUuid("request_id", r.request_id());
  v.RequireText("reason", r.reason(), 0, kMaxText);
  return v.ToStatus();
}

absl::StatusOr<v1::Referral> GetReferral(
    ReferralRoom& room, const rpc::Call& call,
    const v1::GetReferralRequest& request) {
  ASSIGN_OR_RETURN(Referral r,
                   room.referrals.Get(request.referral_id(), call.deadline));
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() && source != r.report().key().source_id()) {
    return errors::NotYours("referral", request.referral_id(),
                            call.caller.Text());
  }
  return r;
}

absl::StatusOr<v1::ListReferralsResponse> ListReferrals(
    ReferralRoom& room, const rpc::Call& call,
    const v1::ListReferralsRequest& request) {
  ASSIGN_OR_RETURN(auto referrals, room.store.List(request, call.deadline));
  v1::ListReferralsResponse response;
  for (auto& r : referrals) *response.add_referrals() = std::move(r);
  return response;
}

// Carries out a step of a referral. The method's name tells requests of
// different methods apart.
template <typename Step>
absl::StatusOr<v1::Referral> Decide(ReferralRoom& room, const rpc::Call& call,
                                    const std::string& method,
                                    const v1::DecideReferralRequest& request,
                                    const Step& step) {
  ASSIGN_OR_RETURN(const ChangeContext context, room.changes.ContextFor(call));
  v1::DecideReferralRequest body = request;
  body.clear_request_id();
  const RequestKey key{
      context.actor.text, request.request_id(),
      Sha256(absl::StrCat(method, "\n", body.SerializeAsString())), ""};
  auto result = step(key, context.With(nullptr));
  room.committed();
  return result;
}

absl::StatusOr<v1::Referral> ApproveStation(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "ApproveStation", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.ApproveStation(request, key, context,
                                                       call.deadline);
                });
}

absl::StatusOr<v1::Referral> ApproveBranch(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "ApproveBranch", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.ApproveBranch(request, key, context,
                                                      call.deadline);
                });
}

absl::StatusOr<v1::Referral> RejectReferral(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "RejectReferral", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.Reject(request, key, context,
                                               call.deadline);
                });
}

absl::StatusOr<v1::Referral> BounceReferral(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "BounceReferral", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.Bounce(request, key, context,
                                               call.deadline);
                });
}

absl::StatusOr<v1::Referral> AcknowledgeBounce(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "AcknowledgeBounce", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.AcknowledgeBounce(request, key, context,
                                                          call.deadline);
                });
}

absl::StatusOr<v1::Referral> ReclaimReferral(
    ReferralRoom& room, const rpc::Call& call,
    const v1::DecideReferralRequest& request) {
  return Decide(room, call, "ReclaimReferral", request,
                [&](const RequestKey& key, const Context& context) {
                  return room.referrals.Reclaim(request, key, context,
                                                call.deadline);
                });
}

}  // namespace

std::vector<rpc::Row> ReferralRows(ReferralRoom* room) {
  using rpc::kWorker;
  return rpc::RowsOf(
      room, {{"GetReferral", Validate, &GetReferral, kWorker},
             {"ListReferrals", Validate, &ListReferrals, kWorker},
             {"ApproveStation", Validate, &ApproveStation, kWorker},
             {"ApproveBranch", Validate, &ApproveBranch, kWorker},
             {"RejectReferral", Validate, &RejectReferral, kWorker},
             {"BounceReferral", Validate, &BounceReferral, kWorker},
             {"AcknowledgeBounce", Validate, &AcknowledgeBounce, kWorker},
             {"ReclaimReferral", Validate, &ReclaimReferral, kWorker}});
}

}  // namespace wangge::cases
