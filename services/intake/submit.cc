#include "services/intake/submit.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::intake {
namespace {

// The profile of the request's source, when it is the caller.
absl::StatusOr<const v1::SourceProfile*> ProfileFor(
    const Profiles& profiles, const rpc::Caller& caller,
    const v1::SubmitReportRequest& request) {
  const std::string& source_id = request.report().source_id();
  if (caller.NameIf("source") != source_id) {
    return errors::NotYours("source", source_id, caller.Text());
  }
  const auto profile = profiles.find(source_id);
  if (profile != profiles.end()) return &profile->second;
  errors::Violations v;
  v.Add("report.source_id",
        absl::StrCat("`", source_id,
                     "` has no source profile; add one to deploy/sources"));
  return v.ToStatus();
}

absl::StatusOr<Prepared> PrepareWith(const Intake& intake,
                                     const v1::SourceProfile& profile,
                                     const v1::SubmitReportRequest& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(intake.city));
  return Prepare(request, profile, *city, absl::Now());
}

}  // namespace

absl::StatusOr<Prepared> PrepareFor(const Intake& intake,
                                    const rpc::Caller& caller,
                                    const v1::SubmitReportRequest& request) {
  ASSIGN_OR_RETURN(const auto* profile,
                   ProfileFor(intake.profiles, caller, request));
  return PrepareWith(intake, *profile, request);
}

void SubmitReport(Intake& intake, const rpc::Call& call,
                  const v1::SubmitReportRequest& request,
                  rpc::Reply<v1::SubmitReportResponse> reply) {
  const auto profile = ProfileFor(intake.profiles, call.caller, request);
  if (!profile.ok()) return reply(profile.status());
  // Before anything is done that costs time.
  exec::ConcurrencyLimit& limit = intake.limits.at((*profile)->source_id());
  const absl::Time began = absl::Now();
  if (!limit.TryBegin(began)) {
    return reply(errors::Overloaded(intake.runtime.retry_delay()));
  }
  auto prepared = PrepareWith(intake, **profile, request);
  if (!prepared.ok()) {
    limit.Cancel();
    return reply(prepared.status());
  }
  intake.submitter.Submit(
      *std::move(prepared), call.deadline,
      [&limit, began, reply = std::move(reply)](
          absl::StatusOr<v1::SubmitReportResponse> response) {
        const absl::Time now = absl::Now();
        limit.End(now - began, now);
        reply(std::move(response));
      });
}

}  // namespace wangge::intake
