#include "services/cases/privacy/retention.h"

#include "base/status_macros.h"
#include "services/cases/domain/decide.h"
#include "services/cases/privacy/privacy.h"

namespace wangge::cases {
namespace {

constexpr int kPage = 200;

}  // namespace

Retention::Retention(Changer* changer, ReporterStore* reporters,
                     const city::Holder* city, const Clock* clock,
                     absl::Duration keep)
    : changer_(*changer),
      reporters_(*reporters),
      city_(*city),
      clock_(*clock),
      keep_(keep) {}

absl::StatusOr<int> Retention::Run(absl::Time deadline) {
  ASSIGN_OR_RETURN(const auto city, city::Current(city_));
  const absl::Time before = clock_.Now() - keep_;
  int erased = 0;
  ExpiredReporter last;
  for (;;) {
    ASSIGN_OR_RETURN(const auto page,
                     reporters_.Expired(before, last, kPage, deadline));
    for (const ExpiredReporter& reporter : page) {
      ASSIGN_OR_RETURN(const bool done, Erase(reporter, *city, deadline));
      erased += done;
    }
    if (page.size() < kPage) return erased;
    last = page.back();
  }
}

absl::StatusOr<bool> Retention::Erase(const ExpiredReporter& reporter,
                                      const city::City& city,
                                      absl::Time deadline) {
  if (reporter.case_no.empty()) {
    return reporters_.Erase(reporter.report_id, deadline);
  }
  ASSIGN_OR_RETURN(const Case own,
                   exec::Wait(changer_.Load(reporter.case_no, deadline)));
  if (!own.master_case_no().empty()) {
    ASSIGN_OR_RETURN(const Case master,
                     exec::Wait(changer_.Load(own.master_case_no(), deadline)));
    if (IsOpen(master.state())) return false;
  }
  const Context context{
      city, {"retention", "", nullptr}, clock_.Now(), nullptr};
  Command command = CommandOf(
      reporter.case_no, {},
      [&](const Case& c) {
        return DecideErase(c, reporter.report_id, context);
      },
      deadline);
  command.hook = HookErasing(reporter.report_id);
  const auto result = exec::Wait(changer_.Run(std::move(command)));
  if (absl::IsAborted(result.status())) return false;
  RETURN_IF_ERROR(result.status());
  return result->changed;
}

}  // namespace wangge::cases
