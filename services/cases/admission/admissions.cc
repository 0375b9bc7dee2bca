#include "services/cases/admission/admissions.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "errors/errors.h"

namespace wangge::cases {
namespace {

constexpr int kMaxAdmissions = 1000;

absl::Status Validate(const v1::AdmitReportsRequest& r) {
  errors::Violations v;
  v.Require(
      r.admissions_size() >= 1 && r.admissions_size() <= kMaxAdmissions,
      "admissions",
      absl::StrCat("has ", r.admissions_size(), "; 1 to ", kMaxAdmissions));
  for (int i = 0; i < r.admissions_size(); ++i) {
    const auto& admission = r.admissions(i);
    const std::string at = absl::StrCat("admissions[", i, "].");
    const auto& key = admission.report().key();
    v.RequireUuid(at + "request_id", admission.request_id());
    v.RequireText(at + "report.key.source_id", key.source_id(), 1, 64);
    v.RequireText(at + "report.key.source_ref", key.source_ref(), 1, 128);
    v.RequireUuid(at + "report.key.report_id", key.report_id());
    v.Require(admission.digest().size() == 32, at + "digest",
              "is not a SHA-256 of 32 bytes");
    v.Require(admission.has_plan(), at + "plan", "is missing");
    v.Require(admission.report().has_receive_time(), at + "report.receive_time",
              "is missing");
  }
  return v.ToStatus();
}

absl::StatusOr<v1::AdmitReportsResponse> AdmitOrRefer(
    const Admissions& admissions, const v1::AdmitReportsRequest& request,
    const city::City& city, absl::Time deadline) {
  const absl::Time now = admissions.clock.Now();
  v1::AdmitReportsRequest direct;
  for (const auto& admission : request.admissions()) {
    if (!admission.hosts_review()) *direct.add_admissions() = admission;
  }
  if (direct.admissions_size() == request.admissions_size()) {
    return admissions.admitter.Admit(request, city, now, deadline);
  }
  ASSIGN_OR_RETURN(auto admitted,
                   admissions.admitter.Admit(direct, city, now, deadline));
  v1::AdmitReportsResponse response;
  int next = 0;
  for (const auto& admission : request.admissions()) {
    if (!admission.hosts_review()) {
      *response.add_results() = std::move(*admitted.mutable_results(next++));
    } else {
      ASSIGN_OR_RETURN(
          *response.add_results(),
          admissions.open_referral(admission, city, now, deadline));
    }
  }
  return response;
}

absl::StatusOr<v1::AdmitReportsResponse> AdmitReports(
    Admissions& admissions, const rpc::Call& call,
    const v1::AdmitReportsRequest& request) {
  ASSIGN_OR_RETURN(const auto city, city::Current(admissions.city));
  auto response = AdmitOrRefer(admissions, request, *city, call.deadline);
  admissions.committed();  // Some may have been, also when others failed.
  return response;
}

}  // namespace

std::vector<rpc::Row> AdmissionRows(Admissions* admissions) {
  return rpc::RowsOf(admissions,
                     {{"AdmitReports", Validate, &AdmitReports, rpc::kWorker}});
}

}  // namespace wangge::cases
