// The table of referrals.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "db/pool.h"
#include "services/cases/domain/referral.h"
#include "services/cases/shared/change.h"
#include "services/cases/shared/sealed_reporter.h"

namespace wangge::cases {

// A referral as loaded.
struct LoadedReferral {
  Referral referral;
  v1::Admission admission;                    // What is admitted in the end.
  std::optional<std::string> request_digest;  // Set when it was used before.
};

// A step of a referral, as decided.
struct ReferralChange {
  int64_t expected_version = 0;
  Referral referral;
  RequestKey key;
};

// Thread-safe.
class ReferralStore {
 public:
  explicit ReferralStore(db::Pool* pool) : pool_(*pool) {}

  // False when its source_ref or request_id was used before.
  absl::StatusOr<bool> Open(const Referral& referral,
                            const v1::Admission& admission,
                            const std::optional<SealedReporter>& reporter,
                            absl::Time deadline);
  // The answer to an admission that opened a referral before; absent when none
  // did.
  absl::StatusOr<std::optional<v1::AdmissionResult>> FindEarlier(
      const v1::Admission& admission, absl::Time deadline);
  // NOT_FOUND when there is none.
  absl::StatusOr<LoadedReferral> Load(const std::string& referral_id,
                                      const RequestKey& key,
                                      absl::Time deadline);
  // False when it has another version by now.
  absl::StatusOr<bool> Commit(const ReferralChange& change,
                              absl::Time deadline);
  // The same as a part of a transaction: ABORTED instead of false.
  static absl::Status CommitWithin(const ReferralChange& change,
                                   db::Transaction& transaction);
  absl::StatusOr<std::vector<Referral>> List(
      const v1::ListReferralsRequest& request, absl::Time deadline);
  absl::StatusOr<std::vector<std::string>> Due(absl::Time now, int limit,
                                               absl::Time deadline);

 private:
  db::Pool& pool_;
};

}  // namespace wangge::cases
