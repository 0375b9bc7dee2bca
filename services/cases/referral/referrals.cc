#include "services/cases/referral/referrals.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "base/uuid.h"
#include "errors/errors.h"
#include "services/cases/domain/matter.h"

namespace wangge::cases {
namespace {

constexpr int kMaxAttempts = 5;

}  // namespace

absl::StatusOr<v1::AdmissionResult> Referrals::Open(
    const v1::Admission& admission, const city::City& city, absl::Time now,
    absl::Time deadline) {
  ASSIGN_OR_RETURN(auto earlier, referrals_.FindEarlier(admission, deadline));
  if (earlier) return *std::move(earlier);
  const std::string& source_id = admission.report().key().source_id();
  const Context context{
      city, {"source/" + source_id, source_id, nullptr}, now, nullptr};
  v1::AdmissionResult result;
  const auto opened = OpenReferral(admission, NewUuid(), context);
  if (!opened.ok()) {
    result.set_referral_refusal(std::string(opened.status().message()));
    return result;
  }
  const std::string& report_id = admission.report().key().report_id();
  std::optional<SealedReporter> reporter;
  if (admission.has_reporter()) {
    ASSIGN_OR_RETURN(reporter, parts_.seal(admission.reporter(), report_id));
  }
  ASSIGN_OR_RETURN(const bool first,
                   referrals_.Open(*opened, admission, reporter, deadline));
  if (!first) {  // Somebody else was faster with the same.
    ASSIGN_OR_RETURN(earlier, referrals_.FindEarlier(admission, deadline));
    if (earlier) return *std::move(earlier);
    return errors::Unavailable("referral", "a duplicate was rolled back");
  }
  result.set_referral_id(opened->referral_id());
  result.set_report_id(report_id);
  return result;
}

absl::StatusOr<Referral> Referrals::Get(const std::string& id,
                                        absl::Time deadline) {
  ASSIGN_OR_RETURN(LoadedReferral loaded, referrals_.Load(id, {}, deadline));
  return std::move(loaded.referral);
}

absl::StatusOr<Referral> Referrals::Change(const std::string& id,
                                           const RequestKey& key,
                                           const Decide& decide,
                                           const Write& write,
                                           absl::Time deadline) {
  for (int attempt = 0; attempt < kMaxAttempts; ++attempt) {
    ASSIGN_OR_RETURN(LoadedReferral loaded, referrals_.Load(id, key, deadline));
    if (loaded.request_digest) {
      if (*loaded.request_digest != key.digest) {
        return errors::RequestIdReused(key.request_id);
      }
      return std::move(loaded.referral);
    }
    ReferralChange change{loaded.referral.version(), loaded.referral, key};
    RETURN_IF_ERROR(decide(&change.referral));
    ASSIGN_OR_RETURN(const bool written, write(loaded, &change));
    if (written) return std::move(change.referral);
  }
  return errors::EtagMismatch("referral", id, "");
}

absl::StatusOr<bool> Referrals::WriteWithCase(const ReferralChange& change,
                                              const Context& context,
                                              absl::Time deadline) {
  const std::string& case_no = change.referral.case_no();
  if (case_no.empty()) return referrals_.Commit(change, deadline);
  // The request_id is the referral's; the case goes by its version.
  Command command = CommandOf(
      case_no, {},
      [&](const Case& c) {
        return DecideHandBack(c, change.key.request_id, context);
      },
      deadline);
  command.hook = [&](const Case&, db::Transaction& transaction) {
    return ReferralStore::CommitWithin(change, transaction);
  };
  const auto handed_back = exec::Wait(parts_.changer.Run(std::move(command)));
  if (absl::IsAborted(handed_back.status())) return false;
  if (!handed_back.ok()) return handed_back.status();
  return handed_back->changed ? true : referrals_.Commit(change, deadline);
}

absl::StatusOr<Referral> Referrals::ApproveStation(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  return Change(
      request.referral_id(), key,
      [&](Referral* r) {
        return cases::ApproveStation(request.reason(), context, r);
      },
      [&](const LoadedReferral&, ReferralChange* change) {
        return referrals_.Commit(*change, deadline);
      },
      deadline);
}

absl::StatusOr<bool> Referrals::Push(const LoadedReferral& before,
                                     const std::string& case_no,
                                     const Context& context,
                                     absl::Time deadline,
                                     ReferralChange* change) {
  v1::AdmitReportsRequest request;
  auto& admission = *request.add_admissions();
  admission = before.admission;
  admission.mutable_report()->set_referral_id(before.referral.referral_id());
  routing::v1::Matter matter = MatterOfReport(admission, context.now);
  ASSIGN_OR_RETURN(*admission.mutable_plan(), parts_.route(matter, deadline));
  bool written = false;
  const auto hook = [&](db::Transaction& transaction) {
    absl::Status status = ReferralStore::CommitWithin(*change, transaction);
    written = status.ok();
    return status;
  };
  ASSIGN_OR_RETURN(const auto response,
                   parts_.admit_as(case_no, request, context, deadline, hook));
  if (!response.results(0).replayed()) return written;
  // The same report came on another way before: that case is it.
  change->referral.set_case_no(response.results(0).case_no());
  return referrals_.Commit(*change, deadline);
}

absl::StatusOr<Referral> Referrals::ApproveBranch(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  ASSIGN_OR_RETURN(const Referral now, Get(request.referral_id(), deadline));
  ASSIGN_OR_RETURN(
      const std::string case_no,
      parts_.next_case_no(now.district_code(), context.now, deadline));
  return Change(
      request.referral_id(), key,
      [&](Referral* r) {
        return cases::ApproveBranch(request.reason(), case_no, context, r);
      },
      [&](const LoadedReferral& before, ReferralChange* change) {
        return Push(before, case_no, context, deadline, change);
      },
      deadline);
}

absl::StatusOr<Referral> Referrals::Reject(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  return Change(
      request.referral_id(), key,
      [&](Referral* r) { return RejectReferral(request.reason(), context, r); },
      [&](const LoadedReferral&, ReferralChange* change) {
        return referrals_.Commit(*change, deadline);
      },
      deadline);
}

absl::StatusOr<Referral> Referrals::Bounce(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  return Change(
      request.referral_id(), key,
      [&](Referral* r) -> absl::Status {
        Case c;
        if (!r->case_no().empty()) {
          ASSIGN_OR_RETURN(
              c, exec::Wait(parts_.changer.Load(r->case_no(), deadline)));
        }
        return cases::Bounce(request.reason(), c, context, r);
      },
      [&](const LoadedReferral&, ReferralChange* change) {
        return referrals_.Commit(*change, deadline);
      },
      deadline);
}

absl::StatusOr<Referral> Referrals::AcknowledgeBounce(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  return Change(
      request.referral_id(), key,
      [&](Referral* r) { return cases::AcknowledgeBounce(context, r); },
      [&](const LoadedReferral&, ReferralChange* change) {
        return WriteWithCase(*change, context, deadline);
      },
      deadline);
}

absl::StatusOr<Referral> Referrals::Reclaim(
    const v1::DecideReferralRequest& request, const RequestKey& key,
    const Context& context, absl::Time deadline) {
  return Change(
      request.referral_id(), key,
      [&](Referral* r) { return cases::Reclaim(request.reason(), context, r); },
      [&](const LoadedReferral&, ReferralChange* change) {
        return WriteWithCase(*change, context, deadline);
      },
      deadline);
}

absl::StatusOr<int> Referrals::FireTimers(absl::Time now, int limit,
                                          absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto due, referrals_.Due(now, limit, deadline));
  int fired = 0;
  for (const std::string& id : due) {
    ASSIGN_OR_RETURN(LoadedReferral loaded, referrals_.Load(id, {}, deadline));
    ReferralChange change{loaded.referral.version(), loaded.referral, {}};
    if (!RemindOfReview(now, &change.referral)) continue;
    ASSIGN_OR_RETURN(const bool written, referrals_.Commit(change, deadline));
    fired += written;
  }
  return fired;
}

}  // namespace wangge::cases
