#include "services/intake/submitter.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "errors/errors.h"
#include "rpc/client.h"

namespace wangge::intake {
namespace {

using Results = std::vector<absl::StatusOr<v1::SubmitReportResponse>>;

constexpr int kLanes = 2;
constexpr size_t kMaxAtOnce = 64;
constexpr absl::Duration kGroupTime = absl::Seconds(8);

absl::Status Danger(const routing::v1::RoutePlan& plan) {
  const std::string words = absl::StrJoin(plan.danger_words(), ", ");
  return errors::Make(
      absl::StatusCode::kFailedPrecondition, common::v1::ERROR_REASON_DANGER,
      absl::StrCat("the text speaks of danger to life or property (", words,
                   "); the incident stays with 110: send officers"),
      {{"words", words}});
}

absl::StatusOr<v1::SubmitReportResponse> ToResponse(
    const cases::v1::AdmissionResult& result, const std::string& request_id) {
  if (result.request_id_reused()) return errors::RequestIdReused(request_id);
  if (!result.referral_refusal().empty()) {
    return errors::Make(
        absl::StatusCode::kFailedPrecondition,
        common::v1::ERROR_REASON_REVIEW_INVALID,
        "the matter cannot be referred: " + result.referral_refusal(),
        {{"fault", result.referral_refusal()}});
  }
  v1::SubmitReportResponse response;
  response.set_case_no(result.case_no());
  response.set_report_id(result.report_id());
  response.set_replayed(result.replayed());
  response.set_content_differs(result.content_differs());
  response.set_state(result.state());
  response.set_unit_name(result.lead_unit_name());
  response.set_officer_name(result.lead_officer_name());
  response.set_master_case_no(result.master_case_no());
  response.set_referral_id(result.referral_id());
  return response;
}

}  // namespace

Submitter::Submitter(std::unique_ptr<routing::v1::RoutingService::Stub> routing,
                     std::unique_ptr<cases::v1::CaseService::Stub> cases)
    : routing_(std::move(routing)),
      cases_(std::move(cases)),
      batcher_("submit", kLanes, kMaxAtOnce,
               [this](std::vector<Prepared> reports) {
                 return SubmitGroup(std::move(reports));
               }) {}

Results Submitter::SubmitGroup(std::vector<Prepared> reports) {
  const absl::Time deadline = absl::Now() + kGroupTime;
  Results results(reports.size(), absl::UnknownError("not carried out"));
  routing::v1::RouteMattersRequest matters;
  for (Prepared& report : reports) {
    *matters.add_matters() = std::move(report.matter);
  }
  auto plans = rpc::Invoke(&routing::v1::RoutingService::Stub::RouteMatters,
                           *routing_, matters, deadline);
  if (!plans.ok()) return Results(reports.size(), plans.status());

  cases::v1::AdmitReportsRequest admissions;
  std::vector<size_t> admitted;
  for (size_t i = 0; i < reports.size(); ++i) {
    auto& plan = *plans->mutable_plans(static_cast<int>(i));
    if (reports[i].refuses_danger && !plan.danger_words().empty()) {
      results[i] = Danger(plan);
      continue;
    }
    admitted.push_back(i);
    auto* admission = admissions.add_admissions();
    *admission = std::move(reports[i].admission);
    *admission->mutable_plan() = std::move(plan);
  }
  if (admitted.empty()) return results;
  const auto answers = rpc::Invoke(&cases::v1::CaseService::Stub::AdmitReports,
                                   *cases_, admissions, deadline);
  for (size_t n = 0; n < admitted.size(); ++n) {
    const int at = static_cast<int>(n);
    if (answers.ok()) {
      results[admitted[n]] = ToResponse(answers->results(at),
                                        admissions.admissions(at).request_id());
    } else {
      results[admitted[n]] = answers.status();
    }
  }
  return results;
}

}  // namespace wangge::intake
