// Deletes reporters' data when its time is over. Every deletion is an event of
// the case, so that it can be seen and proved; a row without the data stays.
#pragma once

#include "base/clock.h"
#include "city/watch.h"
#include "services/cases/privacy/reporter_store.h"
#include "services/cases/shared/change.h"

namespace wangge::cases {

// Thread-safe; several processes may do so at the same time.
class Retention {
 public:
  // `keep` is how long a reporter is kept after the report was received; at
  // least until the case and the one that it was merged into have ended.
  Retention(Changer* changer, ReporterStore* reporters,
            const city::Holder* city, const Clock* clock, absl::Duration keep);

  // Goes through all that are old enough. How many were deleted.
  absl::StatusOr<int> Run(absl::Time deadline);

 private:
  // False when it is still needed, or somebody else was faster.
  absl::StatusOr<bool> Erase(const ExpiredReporter& reporter,
                             const city::City& city, absl::Time deadline);

  Changer& changer_;
  ReporterStore& reporters_;
  const city::Holder& city_;
  const Clock& clock_;
  const absl::Duration keep_;
};

}  // namespace wangge::cases
