// Fires the timers of cases. Any number of processes may do so at the same
// time: each claims what is due for a while, and the version of the case
// decides.
#pragma once

#include "city/city.h"
#include "metrics/metrics.h"
#include "services/cases/change/change_store.h"

namespace wangge::cases {

// Thread-safe.
class Timers {
 public:
  explicit Timers(ChangeStore* store);

  struct Fired {
    int due = 0;      // Cases that were; some may be another process's.
    int written = 0;  // Cases that changed.
  };
  // Claims at most `limit` cases whose timers are due at `now` and writes what
  // they make of them in one transaction. What somebody else changed meanwhile
  // is left: it comes again if it is still due.
  absl::StatusOr<Fired> FireDue(const city::City& city, absl::Time now,
                                int limit, absl::Time deadline);

 private:
  ChangeStore& store_;
  metrics::Counter& fired_;
};

}  // namespace wangge::cases
