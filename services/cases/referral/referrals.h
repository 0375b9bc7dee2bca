// Referrals as they are carried out: load -> decide -> commit, together with
// the case that one becomes or takes back.
#pragma once

#include <functional>
#include <string>

#include "services/cases/referral/referral_store.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// Thread-safe.
class Referrals {
 public:
  // What referrals need of the other rooms.
  struct Parts {
    Changer& changer;
    Seal seal;
    // Routes a matter anew.
    std::function<absl::StatusOr<RoutePlan>(const routing::v1::Matter& matter,
                                            absl::Time deadline)>
        route;
    // A case number that nobody else gets.
    std::function<absl::StatusOr<std::string>(
        const std::string& district_code, absl::Time now, absl::Time deadline)>
        next_case_no;
    // Admits the only report of a request under a number, with statements that
    // belong to it.
    std::function<absl::StatusOr<v1::AdmitReportsResponse>(
        const std::string& case_no, const v1::AdmitReportsRequest& request,
        const Context& context, absl::Time deadline,
        const std::function<absl::Status(db::Transaction&)>& hook)>
        admit_as;
  };

  // All must outlive it.
  Referrals(ReferralStore* referrals, Parts parts)
      : referrals_(*referrals), parts_(std::move(parts)) {}

  // Opens a referral, or finds the one that was opened before.
  absl::StatusOr<v1::AdmissionResult> Open(const v1::Admission& admission,
                                           const city::City& city,
                                           absl::Time now, absl::Time deadline);

  absl::StatusOr<Referral> Get(const std::string& id, absl::Time deadline);
  absl::StatusOr<Referral> ApproveStation(
      const v1::DecideReferralRequest& request, const RequestKey& key,
      const Context& context, absl::Time deadline);
  // Admits the report in the same transaction.
  absl::StatusOr<Referral> ApproveBranch(
      const v1::DecideReferralRequest& request, const RequestKey& key,
      const Context& context, absl::Time deadline);
  absl::StatusOr<Referral> Reject(const v1::DecideReferralRequest& request,
                                  const RequestKey& key, const Context& context,
                                  absl::Time deadline);
  absl::StatusOr<Referral> Bounce(const v1::DecideReferralRequest& request,
                                  const RequestKey& key, const Context& context,
                                  absl::Time deadline);
  // These two end an open case of it in the same transaction.
  absl::StatusOr<Referral> AcknowledgeBounce(
      const v1::DecideReferralRequest& request, const RequestKey& key,
      const Context& context, absl::Time deadline);
  absl::StatusOr<Referral> Reclaim(const v1::DecideReferralRequest& request,
                                   const RequestKey& key,
                                   const Context& context, absl::Time deadline);

  // Reminds of what is due; returns how many.
  absl::StatusOr<int> FireTimers(absl::Time now, int limit,
                                 absl::Time deadline);

 private:
  using Decide = std::function<absl::Status(Referral* r)>;
  // Writes the change, with what belongs to it; false: try again.
  using Write = std::function<absl::StatusOr<bool>(const LoadedReferral& before,
                                                   ReferralChange* change)>;

  absl::StatusOr<Referral> Change(const std::string& id, const RequestKey& key,
                                  const Decide& decide, const Write& write,
                                  absl::Time deadline);
  // Writes it and hands its case, if it has an open one, back to the source.
  absl::StatusOr<bool> WriteWithCase(const ReferralChange& change,
                                     const Context& context,
                                     absl::Time deadline);
  absl::StatusOr<bool> Push(const LoadedReferral& before,
                            const std::string& case_no, const Context& context,
                            absl::Time deadline, ReferralChange* change);

  ReferralStore& referrals_;
  const Parts parts_;
};

}  // namespace wangge::cases
