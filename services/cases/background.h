// What cases does without being asked: its clock, timers, the retention of
// personal data, the search's index, statistics, daily roots and the audit.
// Each runs on a thread of its own and is safe to run in several processes at
// the same time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "base/following_clock.h"
#include "city/watch.h"
#include "exec/periodic.h"
#include "services/cases/audit/audit.h"
#include "services/cases/audit/daily_roots.h"
#include "services/cases/change/timers.h"
#include "services/cases/privacy/retention.h"
#include "services/cases/query/search.h"
#include "services/cases/query/statistics_store.h"
#include "services/cases/referral/referrals.h"

namespace wangge::cases {

class Background {
 public:
  // What it works on; all must outlive it.
  struct Parts {
    Changer& changer;
    ChangeStore& changes;
    ReporterStore& reporters;
    const city::Holder& city;
    FollowingClock& clock;
    Referrals& referrals;
    Search& search;
    StatisticsStore& statistics;
    DailyRoots& roots;
    Auditor& auditor;
  };
  // `committed` is called after every change.
  Background(const Parts& parts, std::function<void()> committed);

  // Until Stop.
  void Start();
  // Waits for what runs. Idempotent.
  void Stop();

 private:
  // Each task returns true when there may be more to do at once.
  bool SyncClock();
  bool FireTimers();
  bool EraseExpired();
  bool FollowFeed();
  bool FoldStatistics();
  bool MakeDailyRoot();
  bool Audit();

  const Parts parts_;
  const std::function<void()> committed_;
  Timers timers_;
  Retention retention_;
  metrics::Gauge& clock_trusted_;
  std::chrono::steady_clock::time_point audit_rests_until_;
  int fold_at_once_;  // Of the thread that folds statistics.
  std::vector<std::unique_ptr<exec::Periodic>> running_;
};

}  // namespace wangge::cases
