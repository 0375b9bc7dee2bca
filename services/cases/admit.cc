#include "services/cases/admit.h"

#include <utility>

#include "absl/strings/str_format.h"
#include "base/clock.h"
#include "base/status_macros.h"

namespace wangge::cases {
namespace {

constexpr int64_t kBlock = 1000;

absl::StatusOr<NewCase> Prepare(const v1::Admission& admission,
                                const city::City& city,
                                const PersonalKeys& keys,
                                const std::string& case_no, absl::Time now) {
  NewCase fresh;
  fresh.admission = admission;
  const auto& report = admission.report();
  if (admission.has_reporter()) {
    ASSIGN_OR_RETURN(fresh.reporter,
                     keys.Seal(admission.reporter(), report.key().report_id()));
  }
  const Context context{
      city,
      {"source/" + report.key().source_id(), report.key().source_id(), nullptr},
      now,
      nullptr};
  fresh.events = DecideAdmit(case_no, report, admission.plan(), context);
  fresh.folded = Fold(fresh.events);
  fresh.answer.set_case_no(case_no);
  fresh.answer.set_report_id(report.key().report_id());
  fresh.answer.set_state(fresh.folded.state());
  if (const Assignment* lead = LeadOf(fresh.folded)) {
    fresh.answer.set_lead_unit_name(lead->unit_name());
    fresh.answer.set_lead_officer_name(lead->officer_name());
  }
  return fresh;
}

}  // namespace

absl::StatusOr<std::string> CaseNumbers::Next(const std::string& district_code,
                                              absl::Time now,
                                              absl::Time deadline) {
  MutexLock lock(&mutex_);
  if (next_ == end_) {
    ASSIGN_OR_RETURN(next_, store_.NextCaseNumberBlock(deadline));
    end_ = next_ + kBlock;
  }
  return absl::StrFormat("%s-%s-%06d", district_code,
                         absl::FormatTime("%Y%m%d", now, CityTimeZone()),
                         next_++);
}

absl::StatusOr<v1::AdmitReportsResponse> AdmitReports(
    const v1::AdmitReportsRequest& request, const city::City& city,
    const PersonalKeys& keys, absl::Time now, absl::Time deadline,
    CaseNumbers* numbers, Store* store) {
  std::vector<NewCase> cases;
  cases.reserve(static_cast<size_t>(request.admissions_size()));
  for (const auto& admission : request.admissions()) {
    ASSIGN_OR_RETURN(
        const std::string case_no,
        numbers->Next(admission.plan().district_code(), now, deadline));
    ASSIGN_OR_RETURN(NewCase fresh,
                     Prepare(admission, city, keys, case_no, now));
    cases.push_back(std::move(fresh));
  }
  ASSIGN_OR_RETURN(auto results, store->Admit(cases, deadline));
  v1::AdmitReportsResponse response;
  for (auto& result : results) *response.add_results() = std::move(result);
  return response;
}

}  // namespace wangge::cases
