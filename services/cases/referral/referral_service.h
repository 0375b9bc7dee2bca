// ReferralService over the wire.
#pragma once

#include "base/clock.h"
#include "city/watch.h"
#include "services/cases/method.h"
#include "services/cases/referral/referrals.h"
#include "services/cases/validate.h"
#include "wangge/cases/v1/cases.grpc.pb.h"

namespace wangge::cases {

class ReferralService final : public v1::ReferralService::CallbackService {
 private:
  rpc::Runtime& runtime_;  // First: the methods below are made with it.

 public:
  // `committed` is called after every change. All must outlive the service.
  ReferralService(rpc::Runtime* runtime, Referrals* referrals,
                  ReferralStore* store, const city::Holder* city,
                  const Clock* clock, std::function<void()> committed)
      : runtime_(*runtime),
        referrals_(*referrals),
        store_(*store),
        city_(*city),
        clock_(*clock),
        committed_(std::move(committed)) {}

// A step of a referral, carried out by the function of Referrals.
#define WANGGE_STEP(name, Function)                                      \
  WANGGE_METHOD(ReferralService, name, v1::DecideReferralRequest,        \
                v1::Referral, name##Step)                                \
 private:                                                                \
  absl::StatusOr<v1::Referral> name##Step(                               \
      const rpc::Call& call, const v1::DecideReferralRequest& request) { \
    return Decide(call, #name, request, &Referrals::Function);           \
  }                                                                      \
                                                                         \
 public:

  WANGGE_METHOD(ReferralService, GetReferral, v1::GetReferralRequest,
                v1::Referral, Get)
  WANGGE_METHOD(ReferralService, ListReferrals, v1::ListReferralsRequest,
                v1::ListReferralsResponse, List)
  WANGGE_STEP(ApproveStation, ApproveStation)
  WANGGE_STEP(ApproveBranch, ApproveBranch)
  WANGGE_STEP(RejectReferral, Reject)
  WANGGE_STEP(BounceReferral, Bounce)
  WANGGE_STEP(AcknowledgeBounce, AcknowledgeBounce)
  WANGGE_STEP(ReclaimReferral, Reclaim)
#undef WANGGE_STEP

 private:
  using Function = absl::StatusOr<Referral> (Referrals::*)(
      const v1::DecideReferralRequest& request, const RequestKey& key,
      const Context& context, absl::Time deadline);

  absl::StatusOr<v1::Referral> Get(const rpc::Call& call,
                                   const v1::GetReferralRequest& request);
  absl::StatusOr<v1::ListReferralsResponse> List(
      const rpc::Call& call, const v1::ListReferralsRequest& request);
  absl::StatusOr<v1::Referral> Decide(const rpc::Call& call,
                                      const std::string& method,
                                      const v1::DecideReferralRequest& request,
                                      Function function);

  Referrals& referrals_;
  ReferralStore& store_;
  const city::Holder& city_;
  const Clock& clock_;
  const std::function<void()> committed_;
};

}  // namespace wangge::cases
