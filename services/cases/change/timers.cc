#include "services/cases/change/timers.h"

#include <utility>

#include "base/status_macros.h"

namespace wangge::cases {

Timers::Timers(ChangeStore* store)
    : store_(*store),
      fired_(metrics::GetCounter("cases_timers_fired_total",
                                 "Events made by timers.")) {}

absl::StatusOr<Timers::Fired> Timers::FireDue(const city::City& city,
                                              absl::Time now, int limit,
                                              absl::Time deadline) {
  ASSIGN_OR_RETURN(DueCases due, store_.ClaimDueCases(now, limit, deadline));
  Fired fired{due.seen, 0};
  if (due.claimed.empty()) return fired;
  const Context context{city, {"timer", "", nullptr}, now, nullptr};
  std::vector<ChangeGroup> groups;
  std::vector<std::string> done;
  for (Case& c : due.claimed) {
    done.push_back(c.case_no());
    Events events = DecideTimers(c, context);
    if (events.empty()) continue;  // No timer is due any more.
    groups.push_back({ChangeOf(std::move(c), std::move(events))});
  }
  std::vector<const ChangeGroup*> each;
  for (const ChangeGroup& group : groups) each.push_back(&group);
  const auto results = store_.CommitAll(each, deadline);
  for (const auto& result : results) {
    RETURN_IF_ERROR(result.status());  // The leases end by themselves.
    if (!*result) continue;
    ++fired.written;
    fired_.Increment();
  }
  RETURN_IF_ERROR(store_.EndTimerLeases(done, deadline));
  return fired;
}

}  // namespace wangge::cases
