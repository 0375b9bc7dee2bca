#include "services/cases/privacy/retention.h"

#include "base/status_macros.h"
#include "services/cases/change/change.h"
#include "services/cases/change/companion.h"
#include "services/cases/domain/decide.h"

namespace wangge::cases {
namespace {

constexpr int kPage = 200;

}  // namespace

Retention::Retention(Store* store, ReporterStore* reporters,
                     const city::Holder* city, const Clock* clock,
                     absl::Duration keep)
    : store_(*store),
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
  ASSIGN_OR_RETURN(const LoadedCase own, store_.Load(reporter.case_no, "", ""));
  if (!own.folded.master_case_no().empty()) {
    ASSIGN_OR_RETURN(const LoadedCase master,
                     store_.Load(own.folded.master_case_no(), "", ""));
    if (IsOpen(master.folded.state())) return false;
  }
  const Context context{
      city, {"retention", "", nullptr}, clock_.Now(), nullptr};
  const auto result = ChangeCase(
      reporter.case_no, {},
      [&](const Case& c) {
        return DecideErase(c, reporter.report_id, context);
      },
      CompanionErasing(reporter.report_id), deadline, &store_);
  if (absl::IsAborted(result.status())) return false;
  RETURN_IF_ERROR(result.status());
  return result->changed;
}

}  // namespace wangge::cases
