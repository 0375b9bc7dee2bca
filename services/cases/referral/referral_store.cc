#include "services/cases/referral/referral_store.h"

#include <utility>

#include "base/clock.h"
#include "base/status_macros.h"
#include "errors/errors.h"
#include "services/cases/shared/stored.h"
#include "services/cases/sql.h"

namespace wangge::cases {
namespace {

db::Param TimerOf(const Referral& referral) {
  return referral.has_review_due_time()
             ? db::Param(FromProto(referral.review_due_time()))
             : db::Param(std::nullopt);
}

db::Params CommitParams(const ReferralChange& change) {
  const Referral& r = change.referral;
  const auto told = FeedbackOf(r);
  return {r.referral_id(),
          change.expected_version,
          r.version(),
          static_cast<int64_t>(r.state()),
          TimerOf(r),
          db::Param::Bytes(r.SerializeAsString()),
          change.key.caller,
          change.key.request_id,
          db::Param::Bytes(change.key.digest),
          told ? db::Param::Bytes(told->SerializeAsString())
               : db::Param(std::nullopt)};
}

}  // namespace

absl::StatusOr<bool> ReferralStore::Open(
    const Referral& referral, const v1::Admission& admission,
    const std::optional<SealedReporter>& reporter, absl::Time deadline) {
  v1::Admission kept = admission;
  kept.clear_reporter();
  kept.clear_hosts_review();
  const auto& key = referral.report().key();
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(
          sql::kInsertReferral,
          {referral.referral_id(), referral.version(),
           static_cast<int64_t>(referral.state()), key.source_id(),
           key.source_ref(), admission.request_id(),
           db::Param::Bytes(admission.digest()), referral.station_unit_id(),
           referral.branch_unit_id(), TimerOf(referral),
           db::Param::Bytes(referral.SerializeAsString()),
           reporter ? db::Param::Bytes(reporter->sealed)
                    : db::Param(std::nullopt),
           db::Param::Bytes(FeedbackOf(referral)->SerializeAsString()),
           db::Param::Bytes(kept.SerializeAsString()), key.report_id(),
           reporter ? reporter->key_id : "",
           FromProto(admission.report().receive_time())},
          deadline));
  return !rows.empty();
}

absl::StatusOr<std::optional<v1::AdmissionResult>> ReferralStore::FindEarlier(
    const v1::Admission& admission, absl::Time deadline) {
  const auto& key = admission.report().key();
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kFindReferral,
                  {key.source_id(), key.source_ref(), admission.request_id()},
                  deadline));
  if (rows.empty()) return std::nullopt;
  const bool same = rows.Bytes(0, "digest") == admission.digest();
  v1::AdmissionResult result;
  if (rows.Bool(0, "by_request") && !same) {
    result.set_request_id_reused(true);
    return result;
  }
  ASSIGN_OR_RETURN(const Referral r, Parse<Referral>(rows, 0, "body"));
  result.set_referral_id(r.referral_id());
  result.set_report_id(r.report().key().report_id());
  result.set_case_no(r.case_no());
  result.set_replayed(true);
  result.set_content_differs(!same);
  return result;
}

absl::StatusOr<LoadedReferral> ReferralStore::Load(
    const std::string& referral_id, const RequestKey& key,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kLoadReferral, {referral_id, key.caller, key.request_id},
                  deadline));
  if (rows.empty()) return errors::NotFound("referral", referral_id);
  LoadedReferral loaded;
  ASSIGN_OR_RETURN(loaded.referral, Parse<Referral>(rows, 0, "body"));
  ASSIGN_OR_RETURN(loaded.admission,
                   Parse<v1::Admission>(rows, 0, "admission"));
  if (!rows.IsNull(0, "digest")) {
    loaded.request_digest = rows.Bytes(0, "digest");
  }
  return loaded;
}

absl::StatusOr<bool> ReferralStore::Commit(const ReferralChange& change,
                                           absl::Time deadline) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kCommitReferral, CommitParams(change), deadline));
  return rows.Bool(0, "changed");
}

absl::Status ReferralStore::CommitWithin(const ReferralChange& change,
                                         db::Transaction& transaction) {
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      transaction.Query(sql::kCommitReferral, CommitParams(change)));
  return rows.Bool(0, "changed")
             ? absl::OkStatus()
             : absl::AbortedError("the referral has changed meanwhile");
}

absl::StatusOr<std::vector<Referral>> ReferralStore::List(
    const v1::ListReferralsRequest& request, absl::Time deadline) {
  db::IntArray states;
  if (request.state() == v1::REFERRAL_STATE_UNSPECIFIED) {
    states.Add(v1::REFERRAL_STATE_STATION_REVIEW);
    states.Add(v1::REFERRAL_STATE_BRANCH_REVIEW);
  } else {
    states.Add(request.state());
  }
  ASSIGN_OR_RETURN(
      const db::Rows rows,
      pool_.Query(sql::kListReferrals, {states, request.unit_id()}, deadline));
  std::vector<Referral> referrals;
  for (int row = 0; row < rows.size(); ++row) {
    ASSIGN_OR_RETURN(Referral r, Parse<Referral>(rows, row, "body"));
    referrals.push_back(std::move(r));
  }
  return referrals;
}

absl::StatusOr<std::vector<std::string>> ReferralStore::Due(
    absl::Time now, int limit, absl::Time deadline) {
  ASSIGN_OR_RETURN(const db::Rows rows, pool_.Query(sql::kSelectDueReferrals,
                                                    {now, limit}, deadline));
  std::vector<std::string> ids;
  for (int row = 0; row < rows.size(); ++row) {
    ids.push_back(rows.Text(row, "referral_id"));
  }
  return ids;
}

}  // namespace wangge::cases
