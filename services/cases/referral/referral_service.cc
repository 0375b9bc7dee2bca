#include "services/cases/referral/referral_service.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/crypto.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/change/actor.h"

namespace wangge::cases {

absl::StatusOr<v1::Referral> ReferralService::Get(
    const rpc::Call& call, const v1::GetReferralRequest& request) {
  ASSIGN_OR_RETURN(Referral r,
                   referrals_.Get(request.referral_id(), call.deadline));
  const std::string source = call.caller.NameIf("source");
  if (!source.empty() && source != r.report().key().source_id()) {
    return errors::NotYours("referral", request.referral_id(),
                            call.caller.Text());
  }
  return r;
}

absl::StatusOr<v1::ListReferralsResponse> ReferralService::List(
    const rpc::Call& call, const v1::ListReferralsRequest& request) {
  ASSIGN_OR_RETURN(auto referrals, store_.List(request, call.deadline));
  v1::ListReferralsResponse response;
  for (auto& r : referrals) *response.add_referrals() = std::move(r);
  return response;
}

absl::StatusOr<v1::Referral> ReferralService::Decide(
    const rpc::Call& call, const std::string& method,
    const v1::DecideReferralRequest& request, Function function) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  ASSIGN_OR_RETURN(Actor actor, ActorOf(call.caller, *city));
  v1::DecideReferralRequest body = request;
  body.clear_request_id();
  const RequestKey key{
      actor.text, request.request_id(),
      Sha256(absl::StrCat(method, "\n", body.SerializeAsString())), ""};
  const Context context{*city, std::move(actor), clock_.Now(), nullptr};
  auto result = (referrals_.*function)(request, key, context, call.deadline);
  committed_();
  return result;
}

}  // namespace wangge::cases
